import { readJsonc } from "../jsonc.ts";
import type { KnownConfig } from "./known-configs.ts";

/** What a configuration says: its servers by name, or why it cannot be read. */
export type ServersIn =
  | { readonly valid: true; readonly servers: ReadonlyMap<string, unknown> }
  | { readonly valid: false; readonly reason: string };

/** Reads the servers that a JSON or JSONC configuration names. Of TOML and YAML nothing is known but that they are there. */
export function serversIn(text: string, { format, servers }: Pick<KnownConfig, "format" | "servers">): ServersIn {
  if (format !== "json" && format !== "jsonc") return { valid: true, servers: new Map() };
  const document = format === "json" ? strictly(text) : leniently(text);
  if (document instanceof Invalid) return { valid: false, reason: document.reason };
  const found = new Map<string, unknown>();
  for (const path of servers) collect(document, path.split("."), "", found);
  return { valid: true, servers: found };
}

class Invalid {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

function strictly(text: string): unknown {
  if (text.trim() === "") return new Invalid("it is empty");
  try {
    return demandObject(JSON.parse(text));
  } catch {
    // The message of JSON.parse quotes the text, which holds secrets.
    return leniently(text) instanceof Invalid ? leniently(text) : new Invalid("it holds comments or trailing commas");
  }
}

function leniently(text: string): unknown {
  const read = readJsonc(text);
  return "reason" in read ? new Invalid(read.reason) : demandObject(read.value);
}

function demandObject(document: unknown): unknown {
  return typeof document === "object" && document !== null && !Array.isArray(document)
    ? document
    : new Invalid("it is no object");
}

/** Below `*` a server is called by the path to it, since two projects may have one of the same name. */
function collect(value: unknown, path: readonly string[], prefix: string, found: Map<string, unknown>): void {
  if (typeof value !== "object" || value === null) return;
  const [step, ...rest] = path;
  for (const [name, member] of Object.entries(value)) {
    if (step === undefined) found.set(`${prefix}${name}`, member);
    else if (step === "*") collect(member, rest, `${prefix}${name}: `, found);
    else if (step === name) collect(member, rest, prefix, found);
  }
}
