import { setTimeout as pause } from "node:timers/promises";
import type { DemoClient } from "../traffic/client.ts";
import { modernClient } from "../traffic/client-v2.ts";
import type { NodeName } from "./pair-files.ts";

/** A booking that a server has accepted. */
export interface Booking {
  /** Who accepted it. */
  readonly node: NodeName;
  /** Of the lease it was accepted under. */
  readonly token: bigint;
  /** By a monotonic clock, in milliseconds. */
  readonly at: number;
}

const EVERY_MS = 25;
const PATIENCE_MS = 5_000;

/** A client that books all the time, with whichever server accepts it, and holds the answers against each other. */
export class Booker {
  readonly #urls: Readonly<Record<NodeName, string>>;
  readonly #clients = new Map<NodeName, DemoClient>();
  #count = 0;
  #last: Booking | undefined;
  #longestMs = 0;

  constructor(urls: Readonly<Record<NodeName, string>>) {
    this.#urls = urls;
  }

  get count(): number {
    return this.#count;
  }

  get last(): Booking | undefined {
    return this.#last;
  }

  /** The longest time between two bookings, since somebody asked last. */
  longestMs(): number {
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }

  /** Throws when two servers have accepted bookings under one lease, or an older lease was used after a newer one. */
  async run(signal: AbortSignal): Promise<void> {
    let node: NodeName = "a";
    while (!signal.aborted) {
      const booked = await this.#book(node, signal);
      if (booked === undefined) node = node === "a" ? "b" : "a";
      else this.#note(booked);
      await pause(EVERY_MS, undefined, { signal }).catch(() => {});
    }
    await Promise.all([...this.#clients.keys()].map((name) => this.#leave(name)));
  }

  /** Undefined when that server is no primary, or not there. */
  async #book(node: NodeName, stop: AbortSignal): Promise<Booking | undefined> {
    try {
      const client = this.#clients.get(node) ?? (await modernClient(this.#urls[node], () => ({ action: "decline" })));
      this.#clients.set(node, client);
      const signal = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]);
      const { content } = (await client.callTool("book", {}, { signal })) as { content: [{ text: string }] };
      const [by, token = ""] = content[0].text.split(" ");
      return { node: by as NodeName, token: BigInt(token), at: performance.now() };
    } catch {
      await this.#leave(node);
      return undefined;
    }
  }

  #note(booking: Booking): void {
    const before = this.#last;
    this.#last = booking;
    this.#count++;
    if (before === undefined) return;
    this.#longestMs = Math.max(this.#longestMs, booking.at - before.at);
    const isSame = booking.token === before.token && booking.node === before.node;
    if (!isSame && booking.token <= before.token) {
      throw new Error(
        `${booking.node} booked with token ${booking.token} after ${before.node} had with token ${before.token}`,
      );
    }
  }

  async #leave(node: NodeName): Promise<void> {
    const client = this.#clients.get(node);
    this.#clients.delete(node);
    await client?.close().catch(() => {});
  }
}
