import { type ConfigText, endOf, parseConfig } from "./config-text.ts";
import { applied, type Edit } from "./edits.ts";
import { type StdioEntry, serverEntries } from "./server-entries.ts";

/** The words that start mcp-ops on this machine, such as `mcp-ops` or `node …/mcp-ops.js`. */
export interface Launcher {
  readonly command: string;
  readonly args: readonly string[];
}

/** What was done with one server of a config. */
export interface ServerChange {
  readonly name: string;
  readonly action: "wrapped" | "unwrapped" | "left alone";
  readonly why?: string;
}

export interface ChangedText {
  readonly text: string;
  readonly servers: readonly ServerChange[];
}

/** The config with each stdio server behind `mcp-ops wrap`. Everything else keeps its place and its bytes. */
export function wrapText(file: string, text: string, launcher: Launcher, options: readonly string[]): ChangedText {
  const config = parseConfig(file, text);
  const edits: Edit[] = [];
  const servers = serverEntries(config).map((entry): ServerChange => {
    const { name } = entry;
    if (entry.kind === "other") return { name, action: "left alone", why: entry.why };
    if (entry.wrapAt !== undefined) return { name, action: "left alone", why: "it is wrapped already" };
    const words = [...launcher.args, "wrap", "--name", name, ...options, "--"].map((word) => JSON.stringify(word));
    edits.push(...wrapEdits(config, entry, launcher.command, words));
    return { name, action: "wrapped" };
  });
  return { text: applied(text, edits), servers };
}

/** The command becomes ours; its own text moves, as it is written, to the arguments. */
function wrapEdits({ text }: ConfigText, entry: StdioEntry, command: string, before: readonly string[]): Edit[] {
  const { offset, length } = entry.command;
  const words = [...before, text.slice(offset, offset + length)];
  return [{ offset, length, content: JSON.stringify(command) }, argumentsEdit(text, entry, words)];
}

function argumentsEdit(text: string, { command, args }: StdioEntry, words: readonly string[]): Edit {
  if (args === undefined) {
    const content = `,${gapBefore(text, command.parent?.offset ?? command.offset)}"args": [${words.join(", ")}]`;
    return { offset: endOf(command), length: 0, content };
  }
  const first = args.children?.[0];
  if (first === undefined) return { offset: args.offset + 1, length: 0, content: words.join(", ") };
  const gap = gapBefore(text, first.offset);
  return { offset: first.offset, length: 0, content: words.map((word) => `${word},${gap}`).join("") };
}

/** What stands between two neighbours here: a new line with the same indent, or a space. */
function gapBefore(text: string, offset: number): string {
  const lineStart = text.lastIndexOf("\n", offset - 1);
  if (lineStart < 0 || !/^[ \t]*$/.test(text.slice(lineStart + 1, offset))) return " ";
  return text.slice(text[lineStart - 1] === "\r" ? lineStart - 1 : lineStart, offset);
}
