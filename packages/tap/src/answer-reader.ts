import { isObject, type Message } from "./messages.ts";

/** Longer answers, or longer single events, are not kept: their outcome is read from the HTTP status alone. */
const MAX_KEPT_CHARS = 4 * 1024 * 1024;

/** Reads the JSON-RPC messages out of an HTTP response body as it passes by: one JSON document, or server-sent events. */
export class AnswerReader {
  readonly #onMessage: (message: Message) => void;
  readonly #decoder = new TextDecoder();
  #kept = "";
  #isEvents: boolean | undefined;
  #tooLong = false;

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Uint8Array | string): void {
    if (this.#tooLong) return;
    this.#kept += typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    this.#isEvents ??= startsLikeEvents(this.#kept);
    if (this.#isEvents === true) this.#takeEvents();
    if (this.#kept.length > MAX_KEPT_CHARS) {
      this.#tooLong = true;
      this.#kept = "";
    }
  }

  end(): void {
    if (this.#isEvents === false) this.#take(this.#kept);
    this.#kept = "";
  }

  #takeEvents(): void {
    const events = this.#kept.split(/\r?\n\r?\n/);
    this.#kept = events.pop() ?? "";
    for (const event of events) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
      if (data.length > 0) this.#take(data.map((line) => line.slice(5)).join("\n"));
    }
  }

  #take(text: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return; // Not JSON: a priming event, a plain-text error page.
    }
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) if (isObject(message)) this.#onMessage(message);
  }
}

function startsLikeEvents(text: string): boolean | undefined {
  const first = text.trimStart()[0];
  return first === undefined ? undefined : first !== "{" && first !== "[";
}
