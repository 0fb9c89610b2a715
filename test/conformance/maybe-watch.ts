import { parseArgs } from "node:util";
import { type Flaw, planted } from "./planted-flaw.ts";

type Same = <T extends object>(served: T) => T;

async function chosenWrapper(): Promise<Same> {
  const { values } = parseArgs({ options: { watch: { type: "boolean" }, flaw: { type: "string" } }, strict: false });
  if (values.watch) return ((await import("@mcp-ops/kit")) as unknown as { watch: Same }).watch;
  return values.flaw ? planted(values.flaw as Flaw) : (served) => served;
}

/** Gives back what it was given, watched if the command line says so. */
export const maybeWatch: Same = await chosenWrapper();
