import type { AdminReply } from "../listeners/admin-route.ts";

/** Requests remembered; the oldest makes way. */
const MAX_REMEMBERED = 32;

/** Replies by request id (F7 of OPS): who did not hear the answer asks again, and nothing happens twice. A refusal is asked anew. */
export class Repeats {
  readonly #replies = new Map<string, Promise<AdminReply>>();

  reply(id: string, act: () => Promise<AdminReply>): Promise<AdminReply> {
    const known = this.#replies.get(id);
    if (known !== undefined) return known;
    const reply = act();
    this.#replies.set(id, reply);
    const [oldest] = this.#replies.keys();
    if (this.#replies.size > MAX_REMEMBERED && oldest !== undefined) this.#replies.delete(oldest);
    const forget = () => this.#replies.delete(id);
    reply.then(({ status }) => status >= 300 && forget(), forget);
    return reply;
  }
}
