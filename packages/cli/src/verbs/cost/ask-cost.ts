import { type AskingFlags, clientOf, granted } from "../../asking.ts";

/** What `/api/v1/cost` answers. @param path such as `/top?by=tool` */
export async function askCost<Answer>(flags: AskingFlags, path: string): Promise<Answer> {
  return granted(await clientOf(flags).ask("GET", `/cost${path}`)) as unknown as Answer;
}
