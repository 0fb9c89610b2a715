import { nameForm } from "../fixtures/story.ts";

/** What is said on a wire, and what to expect of it. */
export interface Line {
  readonly send: string;
  /** How many JSON-RPC responses it brings. HTTP knows this by itself: its body ends. */
  readonly answers: number;
  /** HTTP headers on top of those the protocol asks for. Wires without headers take what `authorization` becomes, or nothing. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody who speaks in bytes and writes down what comes back, as it comes. */
export interface Wire extends AsyncDisposable {
  say(line: Line): Promise<string>;
}

/** The answer to a request from the server, or nothing where the text is none. */
export function replyTo(text: string): string | undefined {
  const message = JSON.parse(text) as { id?: unknown; method?: string };
  if (message.id === undefined || message.method === undefined) return undefined;
  const [field = ""] = nameForm.required;
  return JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { action: "accept", content: { [field]: "Ada" } } });
}

type Send = (text: string, headers?: Line["headers"]) => unknown;

/** A wire on which messages come one by one: stdio, memory, the events of the older SSE transport. */
export class MessageWire implements Wire {
  readonly #send: Send;
  readonly #leave: () => unknown;
  #heard: string[] = [];
  #expected = 0;
  #done = Promise.withResolvers<void>();

  constructor(send: Send, leave: () => unknown = () => {}) {
    this.#send = send;
    this.#leave = leave;
  }

  /** Gives everything that came since the last line, until the expected number of responses had come. */
  async say({ send, answers, headers }: Line): Promise<string> {
    this.#expected = answers;
    this.#done = Promise.withResolvers();
    this.#finishIfComplete();
    await this.#send(send, headers);
    await this.#done.promise;
    return this.#heard.splice(0).join("\n");
  }

  hear(text: string): void {
    this.#heard.push(text);
    const reply = replyTo(text);
    if (reply !== undefined) void this.#send(reply);
    if (isResponse(text)) this.#expected--;
    this.#finishIfComplete();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
  }

  #finishIfComplete(): void {
    if (this.#expected <= 0) this.#done.resolve();
  }
}

function isResponse(text: string): boolean {
  const message = JSON.parse(text) as object;
  return "result" in message || "error" in message;
}
