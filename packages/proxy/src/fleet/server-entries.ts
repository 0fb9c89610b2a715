import { basename } from "node:path";
import type { Node } from "jsonc-parser";
import { type ConfigText, propertiesOf, valueAt } from "./config-text.ts";

/** A server that its client starts with a command. */
export interface StdioEntry {
  readonly kind: "stdio";
  readonly name: string;
  readonly command: Node;
  /** The list of arguments, where there is one. */
  readonly args: Node | undefined;
  /** Command and arguments as one line: the nodes, in order. */
  readonly words: readonly Node[];
  /** Where `wrap` of mcp-ops stands among the words; undefined for a server that is not wrapped. */
  readonly wrapAt: number | undefined;
}

/** A server that is left alone. */
interface OtherEntry {
  readonly kind: "other";
  readonly name: string;
  readonly why: string;
}

export type ServerEntry = StdioEntry | OtherEntry;

/**
 * The servers of a config: `mcpServers` (Claude Desktop, Claude Code, Cursor, Windsurf), also per project (Claude Code's own file),
 * and `servers` (VS Code), also under `mcp` in its settings.
 */
export function serverEntries({ root }: ConfigText): readonly ServerEntry[] {
  const lists = [
    ...listsIn(root, "mcpServers"),
    ...listsIn(root, "servers"),
    ...propertiesOf(valueAt(root, "projects")).flatMap(([, project]) => listsIn(project, "mcpServers")),
    ...listsIn(valueAt(root, "mcp"), "servers"),
  ];
  return lists.flatMap((list) => propertiesOf(list).map(([name, entry]) => entryOf(name, entry)));
}

function listsIn(node: Node | undefined, key: string): readonly Node[] {
  return propertiesOf(node).flatMap(([name, value]) => (name === key ? [value] : []));
}

function entryOf(name: string, entry: Node): ServerEntry {
  const command = valueAt(entry, "command");
  const args = valueAt(entry, "args");
  if (command === undefined) {
    const isRemote = ["url", "serverUrl", "httpUrl"].some((key) => valueAt(entry, key) !== undefined);
    const why = isRemote ? "it is reached by URL; put mcp-ops proxy in front of it" : "it has no command";
    return { kind: "other", name, why };
  }
  const words = [command, ...(args?.children ?? [])];
  if (!words.every(({ type }) => type === "string") || (args !== undefined && args.type !== "array")) {
    return { kind: "other", name, why: "its command or arguments are no texts" };
  }
  return { kind: "stdio", name, command, args, words, wrapAt: wrapAt(words.map(({ value }) => String(value))) };
}

const MCP_OPS = /^mcp-ops(@.+)?(\.js|\.cmd|\.exe)?$/;

/** `mcp-ops wrap`, `node …/mcp-ops.js wrap` and `npx -y mcp-ops wrap` are all ours. */
function wrapAt(words: readonly string[]): number | undefined {
  const own = words.slice(0, 3).findIndex((word) => MCP_OPS.test(basename(word.replaceAll("\\", "/"))));
  return own >= 0 && words[own + 1] === "wrap" ? own + 1 : undefined;
}
