import { OpsError } from "@mcp-ops/formats";
import { isCarrier } from "./carrier.ts";
import { frontDesk, isWebRequest } from "./front-desk.ts";
import { interceptMethod, markOnce } from "./intercept.ts";
import { isNodeRequest } from "./node-handler.ts";
import type { Pipeline } from "./pipeline.ts";
import { isServer, isServerClass, tapServer, tapServerClass } from "./server.ts";
import { tapTransport } from "./transport.ts";

type Callable = (...args: unknown[]) => unknown;

/**
 * Watches `x`: a server or server class of SDK v1, SDK v2 or FastMCP, a transport, a handler object with `fetch`, or a
 * function, which may be a server factory, a web-style or a Node-style HTTP handler.
 *
 * Objects are changed in place and given back; of a function, a function of the same type is given back, to be used in its
 * place. Watching the same thing twice counts once.
 *
 * @throws OpsError `TAP_UNKNOWN_SUBJECT` when `x` is none of these.
 */
export function tap<T extends object>(x: T, pipeline: Pipeline): T {
  if (isServerClass(x)) tapServerClass(x, pipeline);
  else if (typeof x === "function") return tapFunction(x as unknown as Callable, pipeline) as unknown as T;
  else if (isServer(x)) tapServer(x, pipeline);
  else if (isCarrier(x)) tapTransport(x, pipeline, undefined);
  else if (typeof (x as { fetch?: unknown }).fetch === "function") tapFetch(x, pipeline);
  else throw unknownSubject(x);
  return x;
}

function tapFetch(handler: object, pipeline: Pipeline): void {
  if (markOnce(handler)) interceptMethod(handler, "fetch", frontDesk(pipeline));
}

/** What a function is shows when it is called: with an HTTP request it is a handler, else a factory of servers. */
function tapFunction(subject: Callable, pipeline: Pipeline): Callable {
  if (!markOnce(subject)) return subject;
  const desk = frontDesk(pipeline);
  const tapped = function (this: unknown, ...args: unknown[]): unknown {
    const call = (...given: unknown[]) => subject.apply(this, given);
    if (isWebRequest(args[0]) || isNodeRequest(args[0], args[1])) return desk(call, ...args);
    const product = call(...args);
    return product instanceof Promise
      ? product.then((made) => tapProduct(made, pipeline))
      : tapProduct(product, pipeline);
  };
  // Frameworks tell handlers apart by how many parameters they declare.
  Object.defineProperty(tapped, "length", { value: subject.length });
  Object.defineProperty(tapped, "name", { value: subject.name });
  Object.setPrototypeOf(tapped, subject);
  markOnce(tapped);
  return tapped;
}

function tapProduct(product: unknown, pipeline: Pipeline): unknown {
  if (typeof product === "object" && product !== null && isServer(product)) tapServer(product, pipeline);
  return product;
}

function unknownSubject(x: object): OpsError {
  const isFastMcp = "addTool" in x && "start" in x;
  const hint = isFastMcp
    ? "A FastMCP object makes a session for every connection. Watch the class of the sessions: watch(FastMCPSession), before start()."
    : "Pass a server (McpServer, Server, FastMCPSession), a function that makes servers, a transport, or an HTTP handler.";
  return new OpsError("TAP_UNKNOWN_SUBJECT", `watch() was given something it cannot watch. ${hint}`);
}
