import { networkInterfaces } from "node:os";
import type { Place } from "../backup/open-set.ts";
import { readSecret } from "../config/secrets.ts";
import { hintsOf } from "./hints.ts";
import { McpClient } from "./mcp-client.ts";
import { isProbed } from "./server-probe.ts";
import { DEFAULT_EVERY_MS } from "./server-settings.ts";
import type { FailoverSettings } from "./settings.ts";

/** One thing to know or to do. */
export interface Advice {
  readonly level: "note" | "warning";
  readonly text: string;
}

const note = (text: string): Advice => ({ level: "note", text });
const warning = (text: string): Advice => ({ level: "warning", text });

const NOT_NEEDED =
  "A server that keeps no state between calls needs no failover: run several of them behind a load balancer that asks /readyz, with mode: active-active. Failover is for servers with sessions, for those that own a file, a database or a schedule, and for stdio servers behind one gateway.";
const ASK_MS = 2_000;

/** What somebody should know who sets up failover with this config: first of all, when it is not needed. */
export async function failoverAdvice(settings: FailoverSettings, place: Place): Promise<readonly Advice[]> {
  const { group, mode } = settings;
  const begin = [note(NOT_NEEDED), ...(await aboutServer(settings, place))];
  if (group === undefined) return [...begin, note("There is no failover in this config: failover.group is not set.")];
  if (mode === "active-active")
    return [...begin, note("All nodes serve, and none leads: this is all that a stateless server needs.")];
  return [...begin, ...aboutStore(settings), ...aboutNodes(settings), ...aboutData(settings)];
}

async function aboutServer({ server, mode }: FailoverSettings, { folder, env }: Place): Promise<readonly Advice[]> {
  const { url, token, failures, everyMs } = server;
  if (!isProbed(server))
    return [
      warning(
        "Nothing is asked of the server, so that one that hangs stays the primary. Set failover.server.url, registered or http.",
      ),
    ];
  if (url === undefined) return [];
  const shown = token && readSecret("failover.server.token", token, folder, env);
  try {
    const era = await new McpClient(new URL(url), shown, AbortSignal.timeout(ASK_MS)).greet();
    if (era === "legacy")
      return [
        note("The server wants initialize, so it may keep sessions: those are lost when another node takes over."),
      ];
    return mode === "active-active"
      ? [note("The server speaks 2026-07-28, which has no sessions.")]
      : [
          warning(
            "The server speaks 2026-07-28, which has no sessions. Unless it owns something that only one may write, mode: active-active is enough, and has nothing to fail over.",
          ),
        ];
  } catch (error) {
    const probes = `${failures} failures, one each ${everyMs ?? hintsOf(env).everyMs ?? DEFAULT_EVERY_MS} ms,`;
    return [
      warning(
        `The server at failover.server.url does not answer MCP now (${error instanceof Error ? error.message : "no reason"}). After ${probes} such a node gives the lease away.`,
      ),
    ];
  }
}

function aboutStore({ store, peers }: FailoverSettings): readonly Advice[] {
  if (store?.kind !== "embedded") return [];
  const { hostname } = new URL(store.url);
  const single = note(
    "The store is a single arbiter: while it is gone nobody can take over, and a primary stops when its lease ends. For more, use etcd.",
  );
  const isHere = isOwn(hostname);
  const beside = Object.entries(peers).find(
    ([, { url }]) => url !== undefined && new URL(url).hostname === hostname,
  )?.[0];
  if (!isHere && beside === undefined) return [single];
  const where = isHere ? "this machine" : `the machine of ${beside}`;
  return [
    single,
    warning(
      `The arbiter is on ${where}, beside a node: it dies with that machine, and nobody takes over when that was the primary. Put it on a third machine.`,
    ),
  ];
}

function isOwn(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "");
  if (name === "localhost" || name.startsWith("127.") || name === "::1") return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.address === name);
}

function aboutNodes({ peers, fence, priority }: FailoverSettings): readonly Advice[] {
  const names = Object.keys(peers);
  const deaf = Object.entries(peers)
    .filter(([, { token }]) => token === undefined)
    .map(([name]) => name);
  return [
    ...(names.length === 0
      ? [
          warning(
            "No other node is named in failover.peers: a switchover cannot tell its candidate, and a pause holds for this node only.",
          ),
        ]
      : []),
    ...(deaf.length > 0
      ? [warning(`Without a token ${deaf.join(", ")} cannot be told anything: give failover.peers.<name>.token.`)]
      : []),
    ...(priority === 0 ? [note("With priority 0 this node never leads.")] : []),
    ...(fence === undefined
      ? [
          note(
            "There is no fence hook: whether an old primary still writes is up to the role gate before its tools, and to resources that refuse old fencing tokens.",
          ),
        ]
      : []),
  ];
}

function aboutData({ maxSyncLagMs, syncedFile, sync }: FailoverSettings): readonly Advice[] {
  if ((syncedFile !== undefined || sync !== undefined) && maxSyncLagMs === undefined)
    return [
      note(
        "The age of the data is shown but does not matter: set failover.maxSyncLagMs to keep a node with old data from leading.",
      ),
    ];
  return [];
}
