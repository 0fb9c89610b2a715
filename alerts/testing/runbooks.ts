import { existsSync, readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../docs/runbooks/", import.meta.url);

/** What a runbook has, in this order, and nothing else. */
export const SECTIONS: readonly string[] = ["Meaning", "Impact", "How to look", "Likely causes", "Fix", "Silence"];
/** Somebody who was woken reads it to the end. */
export const MAX_LINES = 70;

/** Names of the alerts that have a page. */
export function runbooks(): readonly string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER).map((name) => name.replace(/\.md$/, "")) : [];
}

/** The page of an alert, empty without one. */
export function runbook(alert: string): string {
  const page = new URL(`${alert}.md`, FOLDER);
  return existsSync(page) ? readFileSync(page, "utf8") : "";
}

/** A section without its title. */
export function sectionOf(page: string, title: string): string {
  return new RegExp(`^## ${title}\n(.*?)(?=^## |(?![\\s\\S]))`, "ms").exec(page)?.[1]?.trim() ?? "";
}

/** What a page tells to paste, of one language: `promql` or `bash`. */
export function fencesOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\`$`, "gms"))].map(([, text = ""]) => text);
}
