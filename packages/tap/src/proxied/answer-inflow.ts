import { isObject, isResponse, type Message } from "../messages.ts";
import { EventPassage, messagesIn } from "./event-passage.ts";
import { MeasuredReply } from "./measured-reply.ts";
import type { Inflow } from "./movers.ts";
import { Parcel } from "./parcel.ts";
import type { Post } from "./post.ts";
import { eventOf } from "./server-event.ts";

const READING = new TextDecoder();

export interface InflowOptions {
  /** Longest body or event that is read. */
  readonly maxBytes: number;
  readonly onUnread: () => void;
}

/** A response whose body is an event stream. `length` in bytes where the server has said it: then all is there already. */
export function eventInflow(
  post: Post,
  httpStatus: number,
  { maxBytes, onUnread }: InflowOptions,
  length: number | undefined,
): Inflow {
  const isShort = length !== undefined && length <= maxBytes;
  const reply = isShort ? new MeasuredReply(post.mover.reply) : post.mover.reply;
  const passage = new EventPassage(reply, {
    maxBytes,
    onUnread,
    httpStatus,
    isResumed: false,
    lineOf: () => post.home,
    mayPassUnread: () => !post.amendsAnswers,
  });
  reply.start();
  for (const own of post.ownAnswers) reply.write(eventOf(JSON.stringify(own)));
  post.insert = { write: (message) => passage.insert(message), end: () => reply.end() };
  post.isResumable = () => post.home.sessionId !== undefined && passage.hasIds;
  return {
    push: (chunk) => passage.push(chunk),
    end: () =>
      passage.end(() => {
        post.close("complete", httpStatus);
        reply.end();
      }),
    broke() {
      post.close("broken", httpStatus);
      reply.break();
    },
  };
}

/** Any other response: one JSON document, or nothing of ours. It passes as it comes unless a gate wants it changed or held. */
export function wholeInflow(post: Post, httpStatus: number, { maxBytes, onUnread }: InflowOptions): Inflow {
  const { reply } = post.mover;
  const isKeptBack = post.amendsAnswers;
  let kept: Uint8Array[] = [];
  let bytes = 0;
  if (!isKeptBack) reply.start();
  const close = () => post.close("complete", httpStatus);
  return {
    push(chunk) {
      bytes += chunk.length;
      if (!isKeptBack) reply.write(chunk);
      else if (bytes > maxBytes) return reply.break();
      if (bytes <= maxBytes) kept.push(chunk);
      else kept = [];
    },
    end() {
      const body = kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept);
      if (bytes > maxBytes) onUnread();
      const found = bytes > maxBytes ? undefined : messagesIn(READING.decode(body));
      const parcel = new Parcel(found?.isBatch === true || post.isBatch, (json) => {
        close();
        if (!isKeptBack) return reply.end();
        const sent = json === undefined ? body : Buffer.from(json);
        reply.start(sent.length);
        reply.write(sent);
        reply.end();
      });
      for (const own of post.ownAnswers) parcel.hand(own, (slot) => slot.replace(own));
      for (const message of found?.messages ?? []) handAnswer(parcel, post, message, httpStatus);
      if (bytes > maxBytes) answerUnread(post, httpStatus);
      parcel.close();
    },
    broke() {
      post.close("broken", httpStatus);
      reply.break();
    },
  };
}

/** An early rejection often bears no id; where one request was asked, it is the answer to that. */
function handAnswer(parcel: Parcel, post: Post, message: Message, httpStatus: number): void {
  const [asked, another] = post.asked;
  const isUnaddressed = !isResponse(message) && message.method === undefined && isObject(message.error);
  const open = isUnaddressed && asked !== undefined && another === undefined ? post.openRequest(asked) : undefined;
  parcel.hand(message, (slot) =>
    open === undefined ? post.home.line.fromServer(message, slot, httpStatus) : open.answer(message, slot, httpStatus),
  );
}

/** The answer was longer than is read, and passed: the HTTP status is all that can be told. */
function answerUnread(post: Post, httpStatus: number): void {
  const [asked, another] = post.asked;
  if (httpStatus >= 400 || asked === undefined || another !== undefined) return;
  post.openRequest(asked)?.answer({ jsonrpc: "2.0", id: asked, result: {} }, undefined, httpStatus);
}
