import { openConnection } from "../connections.ts";
import { headerFrom } from "../extra.ts";
import type { Pipeline } from "../pipeline.ts";
import type { InflowOptions } from "./answer-inflow.ts";
import { EventPassage } from "./event-passage.ts";
import type { HttpLine } from "./http-line.ts";
import type { HttpLines } from "./http-lines.ts";
import type { Head, Inflow, Reply } from "./movers.ts";
import { eventOf, type ServerEvent } from "./server-event.ts";

/** What a stream of the server needs besides its bytes. */
export interface StreamPlace {
  readonly pipeline: Pipeline;
  readonly lines: HttpLines;
  readonly head: Head;
  readonly reply: Reply;
  readonly mayPassUnread: boolean;
  readonly onLine: (line: HttpLine) => void;
}

/**
 * An event stream that a client has opened by GET: on a session, or that of the older transport, whose first event names the URL
 * to post to (spec 2024-11-05, HTTP with SSE).
 */
export function streamInflow(
  place: StreamPlace,
  httpStatus: number,
  { maxBytes, onUnread }: InflowOptions,
): Inflow & { clientGone(): void } {
  const { lines, head, reply, pipeline } = place;
  let endpoint: string | undefined;
  let line: HttpLine | undefined;
  let close: ((error?: Error) => void) | undefined;
  const settle = (event: ServerEvent | undefined): HttpLine => {
    if (event?.name === "endpoint" && event.data !== undefined) {
      endpoint = targetOf(event.data, head.target);
      line = lines.openStream(endpoint);
      line.writeApart = (message) => reply.write(eventOf(JSON.stringify(message)));
    } else line = lines.of(head);
    lines.confirm(line);
    line.visitors++;
    line.streams++;
    place.onLine(line);
    close = openConnection(pipeline, line.line, "stream");
    return line;
  };
  const passage = new EventPassage(reply, {
    maxBytes,
    onUnread,
    httpStatus,
    isResumed: headerFrom(head.headers, "last-event-id") !== undefined,
    lineOf: (event) => line ?? settle(event),
    mayPassUnread: () => place.mayPassUnread,
  });
  let isOver = false;
  const ended = (error?: Error) => {
    if (isOver) return;
    isOver = true;
    if (line !== undefined) {
      line.visitors--;
      line.streams--;
    }
    close?.(error);
    if (endpoint !== undefined) lines.closeStream(endpoint);
  };
  reply.start();
  if (headerFrom(head.headers, "mcp-session-id") !== undefined) settle(undefined);
  return {
    clientGone: () => ended(),
    push: (chunk) => passage.push(chunk),
    end: () =>
      passage.end(() => {
        ended();
        reply.end();
      }),
    broke() {
      ended(new Error("The event stream broke off."));
      reply.break();
    },
  };
}

function targetOf(endpoint: string, base: string): string {
  const { pathname, search } = new URL(endpoint, new URL(base, "http://proxied"));
  return pathname + search;
}
