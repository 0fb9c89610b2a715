import type { Node } from "jsonc-parser";
import { endOf, parseConfig } from "./config-text.ts";
import { applied, type Edit } from "./edits.ts";
import { type StdioEntry, serverEntries } from "./server-entries.ts";
import type { ChangedText, ServerChange } from "./wrap-text.ts";

/** The config with each wrapped server as it was before, in place: what was changed since stays. */
export function unwrapText(file: string, text: string): ChangedText {
  const edits: Edit[] = [];
  const servers = serverEntries(parseConfig(file, text)).map((entry): ServerChange => {
    const { name } = entry;
    if (entry.kind === "other") return { name, action: "left alone", why: entry.why };
    if (entry.wrapAt === undefined) return { name, action: "left alone", why: "it is not wrapped" };
    const dashes = entry.words.findIndex(({ value }, i) => i > entry.wrapAt! && value === "--");
    const own = dashes < 0 ? undefined : entry.words[dashes + 1];
    if (own === undefined) return { name, action: "left alone", why: "its own command does not follow after --" };
    edits.push(...unwrapEdits(text, entry, own, entry.words[dashes + 2]));
    return { name, action: "unwrapped" };
  });
  return { text: applied(text, edits), servers };
}

/** The command comes back as it was written, and the arguments begin with its first. */
function unwrapEdits(text: string, { command, args, words }: StdioEntry, own: Node, next: Node | undefined): Edit[] {
  const { offset: start } = words[1] as Node;
  const end = next?.offset ?? endOfLast(text, own, args as Node);
  return [
    { offset: command.offset, length: command.length, content: text.slice(own.offset, endOf(own)) },
    { offset: start, length: end - start, content: "" },
  ];
}

/** With the comma behind it, if there is one: a list of nothing but a comma cannot be read. */
function endOfLast(text: string, last: Node, list: Node): number {
  const comma = /^\s*,/.exec(text.slice(endOf(last), endOf(list)))?.[0] ?? "";
  return endOf(last) + comma.length;
}
