import { join, resolve } from "node:path";
import { Arbiter } from "@mcp-ops/failover";
import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import { readTls, readToken } from "../config/secrets.ts";
import { isWide, listenOf } from "../config/sections.ts";
import { type Duty, type DutyContext, type DutyPlan, type DutyStatus, dutyPlan } from "../duties/duty.ts";
import { Failures } from "../listeners/guard.ts";
import { hostJudge } from "../listeners/host-judge.ts";
import { type Listener, openListener } from "../listeners/listener.ts";
import { stateFolder } from "../state/state-file.ts";
import { arbiterApp } from "./app.ts";
import { ArbiterFigures } from "./figures.ts";
import { type ArbiterSettings, arbiterSection } from "./settings.ts";

/** The duty `arbiter`: a store of leases for groups that have no other. */
export const arbiterPlan: DutyPlan = dutyPlan({ name: "arbiter", section: arbiterSection, open: openArbiter });

/** Of a hundred groups: each node has a watch that waits, and asks for its lease besides. Who cannot connect cannot renew. */
const MAX_CONNECTIONS = 1_000;

function openArbiter(settings: ArbiterSettings): Duty {
  const where = listenOf(settings.listen);
  let arbiter: Arbiter | undefined;
  let listener: Listener | undefined;
  const figures = new ArbiterFigures();
  return {
    async start(context) {
      if (where === "off") return;
      const { folder, env, log } = context;
      const tokens = tokensOf(settings, context);
      const tls = settings.tls === undefined ? undefined : readTls("arbiter.tls", settings.tls, folder);
      const opened = new Arbiter({ file: fileOf(settings, folder, env) });
      arbiter = opened;
      const allows = hostJudge(where, settings.hosts);
      const failures = new Failures(() => performance.now());
      const app = arbiterApp({ arbiter: opened, tokens, allows, failures, figures });
      listener = await openListener("arbiter", app, where, tls, MAX_CONNECTIONS);
      if (isWide(where) && tls === undefined) {
        log(
          "warn",
          "The arbiter is open to other machines without TLS: whoever listens on the way reads the nodes' tokens. Set arbiter.tls.",
        );
      }
      log("info", "The arbiter listens.", { address: listener.address });
    },
    async stop(deadline) {
      // Watches end with it, so that the listener does not wait for them.
      arbiter?.[Symbol.dispose]();
      arbiter = undefined;
      await listener?.close(deadline);
      listener = undefined;
    },
    status: () => statusOf(arbiter, listener),
    metrics: async (format) => (arbiter === undefined ? [] : figures.families(arbiter, format)),
    routes: [
      {
        method: "get",
        path: "/",
        about: "The leases that the arbiter of this sidecar has given",
        respond: async () => ({ status: 200, body: arbiter?.status() ?? { off: true } }),
      },
    ],
  };
}

function fileOf({ file }: ArbiterSettings, folder: string, env: DutyContext["env"]): string {
  return file === undefined ? join(stateFolder(env), "arbiter.db") : resolve(folder, file);
}

/** One token for two nodes would let each act for the other. */
function tokensOf({ nodes }: ArbiterSettings, { folder, env }: DutyContext): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const [node, reference] of Object.entries(nodes)) {
    const token = readToken(`arbiter.nodes.${node}`, reference, folder, env);
    const other = [...tokens].find(([, one]) => one === token)?.[0];
    if (other !== undefined)
      throw invalid(`arbiter.nodes has one token for ${other} and ${node}. Give each node its own.`);
    tokens.set(node, token);
  }
  if (tokens.size === 0)
    throw invalid("arbiter.nodes is empty, so nobody may ask the arbiter. Name the nodes and their tokens.");
  return tokens;
}

function invalid(message: string): OpsError {
  return new OpsError(SIDECAR_ERROR.configInvalid, message);
}

function statusOf(arbiter: Arbiter | undefined, listener: Listener | undefined): DutyStatus {
  if (arbiter === undefined || listener === undefined) return { content: true, message: "It is off." };
  const { groups } = arbiter.status();
  const held = groups.filter(({ holder }) => holder !== undefined).length;
  return {
    content: true,
    message: `Single arbiter at ${listener.address}: ${held} of ${groups.length} groups have a holder. While it is gone nobody can lead, and it goes with its host.`,
  };
}
