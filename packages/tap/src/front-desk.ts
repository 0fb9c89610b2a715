import { isObject } from "./messages.ts";
import { isNodeRequest, serveNode } from "./node-handler.ts";
import type { Pipeline } from "./pipeline.ts";
import { stateOf } from "./pipeline-state.ts";
import { Targets } from "./targets.ts";
import { insideVisit } from "./visit.ts";
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

/** A function that handles HTTP requests, whichever style it has. */
type Handle = (...args: unknown[]) => unknown;

/**
 * Stands in front of an HTTP handler, web-style `(Request, options?)` or Node-style `(req, res, body?)`: leaves to the servers
 * behind it what they claim, and accounts for the rest: rejections by header, version, size or token, and listen streams.
 */
export function frontDesk(pipeline: Pipeline, targets?: Targets): (original: Handle, ...args: unknown[]) => unknown {
  const desk: Desk = {
    pipeline,
    targets: targets ?? new Targets(undefined, () => stateOf(pipeline).bookOf(desk.server), false),
    answered: undefined,
    get server() {
      const known = pipeline.server ?? targets?.facts?.name ?? this.answered;
      return known ?? stateOf(pipeline).onlyServer ?? "mcp-server";
    },
  };
  return (original, ...args) => {
    const [first, second, third] = args;
    if (insideVisit()) return original(...args);
    if (isWebRequest(first)) return serveWeb(desk, first, isObject(second) ? second : {}, () => original(...args));
    if (isNodeRequest(first, second)) return serveNode(desk, first, second, third, () => original(...args));
    return original(...args);
  };
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
