import { UNNAMED } from "./line.ts";
import { isObject } from "./messages.ts";
import { isNodeRequest, serveNode } from "./node-handler.ts";
import type { Pipeline } from "./pipeline.ts";
import { stateOf } from "./pipeline-state.ts";
import { isStoodInFor } from "./reception.ts";
import { Targets } from "./targets.ts";
import { insideVisit, runVisit, type Visit } from "./visit.ts";
import { serveWeb } from "./web-handler.ts";

/** A handler as its desk sees it. */
export interface Desk {
  readonly pipeline: Pipeline;
  readonly targets: Targets;
  /** Name of the server behind it. */
  readonly server: string;
  /** The server that answered last. */
  answered: string | undefined;
}

/** One HTTP request at a desk. */
export interface Attendance {
  readonly desk: Desk;
  /** Whether the body may be copied, to learn what a request asked that no server saw. */
  readonly copiesBody: boolean;
  serve(): unknown;
  /** Whether a watched server has taken the request. Asked once the status of the answer is known. */
  isClaimed(status: number): boolean;
}

/** A function that handles HTTP requests, whichever style it has, and what stands in for it. */
type Handle = (...args: unknown[]) => unknown;
type StandIn = (original: Handle, ...args: unknown[]) => unknown;

/**
 * Stands in front of an HTTP handler, web-style `(Request, options?)` or Node-style `(req, res, body?)`: leaves to the servers
 * behind it what they claim, and accounts for the rest: rejections by header, version, size or token, and listen streams.
 */
export function frontDesk(pipeline: Pipeline): StandIn {
  const desk = newDesk(pipeline, undefined);
  return (original, ...args) => {
    if (insideVisit()) return original(...args);
    const visit: Visit = { claimed: false, server: undefined };
    return attend(args, {
      desk,
      copiesBody: true,
      serve: () => runVisit(visit, () => original(...args)),
      isClaimed() {
        desk.answered = visit.server ?? desk.answered;
        return visit.claimed;
      },
    });
  };
}

/**
 * The same for `handleRequest` of a watched transport, which needs less: those transports answer with an HTTP error exactly
 * when they hand nothing on to their server.
 */
export function transportDesk(pipeline: Pipeline, targets: Targets): StandIn {
  const desk = newDesk(pipeline, targets);
  const isClaimed = (status: number) => status < 400 || isStoodInFor();
  return (original, ...args) => {
    const serve = () => original(...args);
    return insideVisit() ? serve() : attend(args, { desk, copiesBody: false, serve, isClaimed });
  };
}

function attend([first, second, third]: unknown[], attendance: Attendance): unknown {
  if (isWebRequest(first)) return serveWeb(attendance, first, isObject(second) ? second : {});
  if (isNodeRequest(first, second)) return serveNode(attendance, first, second, third);
  return attendance.serve();
}

function newDesk(pipeline: Pipeline, targets: Targets | undefined): Desk {
  const desk: Desk = {
    pipeline,
    targets: targets ?? new Targets(undefined, () => stateOf(pipeline).bookOf(desk.server), false),
    answered: undefined,
    get server() {
      const known = pipeline.server ?? targets?.facts?.name ?? this.answered;
      return known ?? stateOf(pipeline).onlyServer ?? UNNAMED;
    },
  };
  return desk;
}

/** A web Request, of this realm or of a framework's own class. */
export function isWebRequest(value: unknown): value is Request {
  return (
    isObject(value) &&
    typeof (value as { clone?: unknown }).clone === "function" &&
    isObject(value.headers) &&
    "get" in value.headers
  );
}
