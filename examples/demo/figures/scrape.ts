import { parseExposition, type Sample } from "./exposition.ts";

/** Reads a `/metrics` page. */
export async function scrape(metricsUrl: string): Promise<readonly Sample[]> {
  const response = await fetch(metricsUrl);
  return parseExposition(await response.text());
}
