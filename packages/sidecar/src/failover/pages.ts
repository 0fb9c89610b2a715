import type { ProbePage, ProbeReply } from "../listeners/probe-page.ts";
import type { Agent } from "./agent.ts";
import { durationMs } from "./durations.ts";
import { RoleAnswers } from "./role-answers.ts";

/** What the pages ask of the duty as it is now. */
export interface PageFacts {
  readonly agent: () => Agent | undefined;
  /** Whether the server is well; undefined without failover. */
  readonly healthy: () => boolean | undefined;
  /** Of this node's data; undefined when not known. */
  readonly syncLagMs: () => number | undefined;
}

const NO_ELECTION: ProbeReply = {
  status: 404,
  body: "Nobody leads here, because there is no election: /readyz is what counts.\n",
};

/** The pages of a node for load balancers and for the gates of its server, as those of Patroni. */
export function failoverPages({ agent, healthy, syncLagMs }: PageFacts): readonly ProbePage[] {
  const onlyWhen = (path: string, isTrue: (agent: Agent) => boolean): ProbePage => ({
    path,
    respond: () => {
      const opened = agent();
      if (opened === undefined) return NO_ELECTION;
      return {
        status: isTrue(opened) ? 200 : 503,
        body: `${opened.status.draining ? "draining" : opened.status.role}\n`,
      };
    },
  });
  const answers = new RoleAnswers();
  return [
    onlyWhen("/primary", (opened) => opened.leads),
    onlyWhen("/standby", ({ status }) => status.role === "standby" && status.healthy),
    { path: "/readyz", respond: ({ lag }) => readiness(lag, healthy(), agent()?.leads === true, syncLagMs()) },
    {
      path: "/role",
      respond(query) {
        const opened = agent();
        return opened === undefined ? NO_ELECTION : answers.to(query, opened);
      },
    },
  ];
}

function readiness(
  lag: string | undefined,
  healthy: boolean | undefined,
  leads: boolean,
  lagMs: number | undefined,
): ProbeReply {
  const limitMs = lag === undefined ? Number.POSITIVE_INFINITY : durationMs(lag);
  if (limitMs === undefined) return { status: 400, body: "lag is a duration, such as 10s.\n" };
  if (healthy === false) return { status: 503, body: "the server is not well\n" };
  // A primary is as new as can be.
  if (healthy === undefined || lag === undefined || leads) return { status: 200, body: "ready\n" };
  if (lagMs === undefined) return { status: 503, body: "nobody knows how old the data here are\n" };
  return lagMs <= limitMs ? { status: 200, body: "ready\n" } : { status: 503, body: "the data here are too old\n" };
}
