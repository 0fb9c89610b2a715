import type { Line } from "../line.ts";
import type { Message } from "../messages.ts";
import { isPromise } from "../open-exchange.ts";

/** Messages of a server that travel as one: a JSON body, or the data of one event. */
export class Parcel {
  readonly #isBatch: boolean;
  readonly #arrived: (json: string | undefined) => void;
  readonly #messages: Message[] = [];
  #open = 1;
  #isChanged = false;

  /** `arrived` is called once: with undefined when nothing differs, with "" when nothing is left to send, else with what is to go in its place. */
  constructor(isBatch: boolean, arrived: (json: string | undefined) => void) {
    this.#isBatch = isBatch;
    this.#arrived = arrived;
  }

  send(messages: readonly Message[], line: Line, httpStatus: number | undefined): void {
    for (const message of messages) {
      this.hand(message, (slot) => line.fromServer(message, slot, httpStatus));
    }
    this.close();
  }

  /** Gives one message to who decides on it, in a slot of its own. */
  hand(message: Message, decide: (slot: Slot) => unknown): void {
    this.#open++;
    const slot = new Slot(message, (delivered) => this.#settle(message, delivered));
    const returned = decide(slot);
    // Held answers come later; what was not for the client at all never does.
    if (!slot.isSettled && isPromise(returned)) {
      const unless = () => slot.deliver(undefined);
      returned.then(unless, unless);
    } else slot.deliver(undefined);
  }

  /** Nothing more joins the parcel. */
  close(): void {
    this.#settleOne();
  }

  #settle(message: Message, delivered: Message | undefined): void {
    if (delivered !== message) this.#isChanged = true;
    if (delivered !== undefined) this.#messages.push(delivered);
    this.#settleOne();
  }

  #settleOne(): void {
    if (--this.#open > 0) return;
    if (!this.#isChanged) return this.#arrived(undefined);
    const [first] = this.#messages;
    if (first === undefined) return this.#arrived("");
    this.#arrived(JSON.stringify(this.#isBatch ? this.#messages : first));
  }
}

/** The place of one message in its parcel. */
export class Slot {
  readonly message: Message;
  readonly #settled: (delivered: Message | undefined) => void;
  isSettled = false;

  constructor(message: Message, settled: (delivered: Message | undefined) => void) {
    this.message = message;
    this.#settled = settled;
  }

  /** Puts in a message that was not there before. */
  replace(message: Message): void {
    this.isSettled = true;
    this.#settled({ ...message });
  }

  /** Puts in what the client gets; undefined for nothing. The first call counts. */
  deliver(message: Message | undefined): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#settled(message);
  }
}
