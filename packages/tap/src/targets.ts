import type { JsonObject, RequestId } from "@mcp-ops/exchange";
import { PROTOCOL_METHODS } from "@mcp-ops/formats";
import { isObject, type Message, textOf } from "./messages.ts";
import type { ServerFacts, TargetKind } from "./server-facts.ts";
import { LISTS, type TargetBook } from "./target-book.ts";
import { templateMatcher } from "./uri-template.ts";

const KINDS: Readonly<Record<string, TargetKind>> = {
  "tools/call": "tool",
  "prompts/get": "prompt",
  "resources/read": "resource",
  "resources/subscribe": "resource",
  "resources/unsubscribe": "resource",
  "notifications/resources/updated": "resource",
};

const LISTED: Readonly<Record<string, TargetKind>> = {
  "tools/list": "tool",
  "prompts/list": "prompt",
  "resources/list": "resource",
  "resources/templates/list": "resource",
};

const CHANGES: Readonly<Record<string, TargetKind>> = {
  "notifications/tools/list_changed": "tool",
  "notifications/prompts/list_changed": "prompt",
  "notifications/resources/list_changed": "resource",
};

/** A server lists at most this many pages for us. */
const MAX_PAGES = 20;

/** How long an observer waits for the outcome while the server is being asked for its lists. The client never waits. */
const LEARN_TIMEOUT_MS = 2000;

/** Templates of our own: a handful, written by whoever wrote the gates. */
const matchers = new Map<string, (uri: string) => boolean>();

function matches(template: string, uri: string): boolean {
  let matcher = matchers.get(template);
  if (matcher === undefined) {
    matcher = templateMatcher(template);
    matchers.set(template, matcher);
  }
  return matcher(uri);
}

/** Ids of our own questions: a client cannot guess one, so that it cannot collide with one. */
const OUR_IDS = `mcp-ops:${crypto.randomUUID()}:`;
let questions = 0;

/** Whether a request is a question of ours: no client asked it. */
export function isOurQuestion(id: unknown): boolean {
  return typeof id === "string" && id.startsWith(OUR_IDS);
}

/** Which targets the server at one connection has: read in process, or else from lists seen or asked for. */
export class Targets {
  /** Known in process; set later where an inner tap meets the server only after an outer one met the message. */
  facts: ServerFacts | undefined;
  readonly #book: () => TargetBook;
  readonly #learn: boolean;
  readonly #own: readonly string[];
  #pending: Map<RequestId, (result: unknown) => void> | undefined;
  #learning: Promise<void> | undefined;

  /** `book` is asked for late: the server's name may become known only with the first answer. */
  constructor(facts: ServerFacts | undefined, book: () => TargetBook, learn: boolean, own: readonly string[] = []) {
    this.facts = facts;
    this.#book = book;
    this.#learn = learn;
    this.#own = own;
  }

  /** The safe label of a target; null when the server has no such target; undefined when its targets are not known. */
  find(method: string, target: string): string | null | undefined {
    const kind = KINDS[method];
    if (kind === undefined) return undefined;
    const inProcess = this.facts?.find(kind, target);
    return inProcess === undefined ? this.#book().find(kind, target) : inProcess;
  }

  /** The label of a target that is none of the server's, but one our own gates answer for. */
  findOwn(method: string, target: string | undefined): string | undefined {
    if (KINDS[method] !== "resource" || target === undefined) return undefined;
    return this.#own.find((uri) => uri === target || (uri.includes("{") && matches(uri, target)));
  }

  /** Whether exchanges of this method have a target at all. */
  isNeeded(method: string): boolean {
    return KINDS[method] !== undefined;
  }

  isMethodKnown(method: string): boolean {
    return PROTOCOL_METHODS.has(method) || this.facts?.handles(method) === true;
  }

  /** Settles when a question under way is answered; undefined when none is. */
  get learning(): Promise<void> | undefined {
    return this.#learning;
  }

  /** Notes what passes by anyway: lists on their way to a client, and word that they have changed. */
  sawResult(method: string, result: unknown): void {
    const kind = LISTED[method];
    if (kind !== undefined && this.facts?.lists(kind) !== true) this.#book().learn(method, result);
  }

  sawNotification(method: string): void {
    const kind = CHANGES[method];
    if (kind !== undefined) this.#book().doubt(kind);
  }

  sawSuccess(method: string, target: string): void {
    const kind = KINDS[method];
    if (kind === undefined || this.facts?.lists(kind) === true) return;
    const book = this.#book();
    if (book.find(kind, target) === null) book.doubt(kind);
  }

  /** Asks the server for the lists that would name `target`, once, where nothing in process does. `meta` and `ask` are those of the request that made it necessary. */
  askAbout(
    method: string,
    target: string | undefined,
    meta: JsonObject | undefined,
    ask: (message: Message) => void,
  ): void {
    const kind = KINDS[method];
    if (!this.#learn || kind === undefined || target === undefined || this.facts?.lists(kind) === true) return;
    const book = this.#book();
    if (typeof book.find(kind, target) === "string" || !book.shouldAsk(kind, performance.now())) return;
    const asked = Promise.all(LISTS[kind].map((list) => this.#askPages(list, meta, ask)));
    const done = deadline(asked, LEARN_TIMEOUT_MS).finally(() => {
      if (this.#learning === done) this.#learning = undefined;
    });
    this.#learning = done;
  }

  /** Whether an answer on its way to the client is to a question of ours; it goes no further then. */
  takeAnswer(id: RequestId, answer: Message): boolean {
    const resolve = this.#pending?.get(id);
    if (resolve === undefined) return false;
    this.#pending?.delete(id);
    resolve(answer.result);
    return true;
  }

  /** Whether a message the server sends belongs to a question of ours, such as a log line its handler wrote. */
  isOurs(relatedRequestId: unknown): boolean {
    return this.#pending?.has(relatedRequestId as RequestId) === true;
  }

  /** Gives up on questions under way. */
  close(): void {
    for (const resolve of this.#pending?.values() ?? []) resolve(undefined);
    this.#pending = undefined;
  }

  async #askPages(method: string, meta: JsonObject | undefined, ask: (message: Message) => void): Promise<void> {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const result = await this.#askOnce(method, cursor, meta, ask);
      this.#book().learn(method, result);
      cursor = isObject(result) ? textOf(result.nextCursor) : undefined;
      if (cursor === undefined) return;
    }
  }

  #askOnce(
    method: string,
    cursor: string | undefined,
    meta: JsonObject | undefined,
    ask: (message: Message) => void,
  ): Promise<unknown> {
    const id = `${OUR_IDS}${++questions}`;
    const params = {
      ...(cursor === undefined ? {} : { cursor }),
      ...(meta === undefined ? {} : { _meta: envelopeOf(meta) }),
    };
    return new Promise((resolve) => {
      this.#pending ??= new Map();
      this.#pending.set(id, resolve);
      ask({ jsonrpc: "2.0", id, method, params });
    });
  }
}

/** The reserved keys that revision 2026-07-28 requires in every request; nothing else of the client's `_meta`. */
function envelopeOf(meta: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => key.startsWith("io.modelcontextprotocol/")));
}

function deadline(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    (timer as { unref?(): void }).unref?.();
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}
