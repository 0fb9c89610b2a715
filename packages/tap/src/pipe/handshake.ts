import type { Message } from "../messages.ts";

/** Ids of our own greetings: a client cannot guess one. */
const OUR_IDS = `mcp-ops:${crypto.randomUUID()}:again:`;

/** The handshake of a legacy client, kept to be repeated with a server that takes another's place. */
export class Handshake {
  #initialize: Message | undefined;
  #initialized: Message | undefined;
  #repeats = 0;
  #answered: ((isWelcome: boolean) => void) | undefined;

  sawFromClient(message: Message): void {
    if (message.method === "initialize") this.#initialize = message;
    else if (message.method === "notifications/initialized") this.#initialized = message;
  }

  /** Greets again in the client's words. True at once where there was no handshake: 2026-07-28 has none. */
  async repeat(send: (message: Message) => void): Promise<boolean> {
    if (this.#initialize === undefined || this.#initialized === undefined) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#answered = resolve;
    send({ ...this.#initialize, id: `${OUR_IDS}${++this.#repeats}` });
    const isWelcome = await promise;
    if (isWelcome) send(this.#initialized);
    return isWelcome;
  }

  /** Whether a message of the server answers our greeting; it goes no further then. */
  takesAnswer({ id, error }: Message): boolean {
    if (this.#answered === undefined || id !== `${OUR_IDS}${this.#repeats}`) return false;
    this.#answered(error === undefined);
    this.#answered = undefined;
    return true;
  }
}
