/** What a watched configuration said when it was last read. */
export type Reading =
  | { readonly state: "missing" }
  | { readonly state: "invalid"; readonly reason: string }
  | { readonly state: "valid"; readonly servers: readonly string[] };

export interface ConfigAlarm {
  readonly kind: "missing" | "invalid" | "servers-lost" | "required-server-lost";
  readonly path: string;
  /** The servers in question, by name. */
  readonly servers: readonly string[];
  /** What happened and what to do. Never a value from the file. */
  readonly message: string;
}

/** What a file should hold. */
export interface Expectation {
  readonly path: string;
  /** Servers without which somebody cannot work. */
  readonly required: readonly string[];
  /** The servers it had when it was last as it should be; `undefined` when it never was read. */
  readonly known: readonly string[] | undefined;
}

const BACK = "Put the last good one back with `mcp-ops backup restore`, or tell the watch that this is meant.";

/** What is wrong with a configuration now; touches nothing. */
export function alarmsOf(reading: Reading, { path, required, known }: Expectation): ConfigAlarm[] {
  if (reading.state === "missing") {
    if (known === undefined && required.length === 0) return [];
    return [{ kind: "missing", path, servers: known ?? required, message: `${path} is gone. ${BACK}` }];
  }
  if (reading.state === "invalid") {
    const message = `${path} cannot be read: ${reading.reason}. Its client will start without servers. ${BACK}`;
    return [{ kind: "invalid", path, servers: [], message }];
  }
  const there = new Set(reading.servers);
  const isGone = (name: string) => !there.has(name);
  const lostRequired = required.filter(isGone);
  const lost = (known ?? []).filter(isGone).filter((name) => !required.includes(name));
  return [
    ...alarm("required-server-lost", path, lostRequired, `${path} lost servers that are required`),
    ...alarm("servers-lost", path, lost, `${path} lost ${lost.length} of ${known?.length} servers`),
  ];
}

function alarm(kind: ConfigAlarm["kind"], path: string, servers: readonly string[], what: string): ConfigAlarm[] {
  return servers.length === 0 ? [] : [{ kind, path, servers, message: `${what}: ${listed(servers)}. ${BACK}` }];
}

/** A client may have written any number, of any length. */
function listed(servers: readonly string[]): string {
  const shown = servers.slice(0, 10).map((name) => (name.length > 80 ? `${name.slice(0, 79)}…` : name));
  return servers.length > shown.length
    ? `${shown.join(", ")} and ${servers.length - shown.length} more`
    : shown.join(", ");
}
