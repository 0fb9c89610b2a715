import type { Reply } from "./movers.ts";

/** Collects a body to say its length first, where the server has said one that may not hold any more. */
export class MeasuredReply implements Reply {
  readonly #reply: Reply;
  readonly #pieces: Uint8Array[] = [];

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  get isStarted(): boolean {
    return this.#reply.isStarted;
  }

  answer(httpStatus: number, json: string): void {
    this.#reply.answer(httpStatus, json);
  }

  start(): void {}

  write(bytes: Uint8Array | string): void {
    this.#pieces.push(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  }

  end(): void {
    const [first, another] = this.#pieces;
    const body = first !== undefined && another === undefined ? first : Buffer.concat(this.#pieces);
    this.#reply.start(body.length);
    this.#reply.write(body);
    this.#reply.end();
  }

  break(): void {
    this.#reply.break();
  }
}
