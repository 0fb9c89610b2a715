import type { Readable, Writable } from "node:stream";

/** Why nothing is read: the sink is full, or there is nobody to read for. */
type Reason = "full" | "hold";

/** Reads a stream no faster than its sink takes what comes of it. */
export class Flow {
  /** The stream has ended or closed, and everything that came has been taken. */
  readonly ended: Promise<void>;
  readonly #source: Readable;
  readonly #reasons = new Set<Reason>();

  /** `sinks` are those whose fullness stops the reading. */
  constructor(source: Readable, take: (chunk: Buffer) => void, sinks: () => readonly Writable[]) {
    this.#source = source;
    this.ended = new Promise((resolve) => source.once("end", resolve).once("close", resolve));
    source.on("error", () => {});
    source.on("data", (chunk: Buffer) => {
      take(chunk);
      for (const sink of sinks()) if (sink.writableNeedDrain && !sink.destroyed) this.#waitFor(sink);
    });
  }

  hold(): void {
    this.#pause("hold");
  }

  release(): void {
    this.#resume("hold");
  }

  #waitFor(sink: Writable): void {
    this.#pause("full");
    const drained = () => {
      sink.off("drain", drained).off("close", drained);
      this.#resume("full");
    };
    sink.on("drain", drained).on("close", drained);
  }

  #pause(reason: Reason): void {
    this.#reasons.add(reason);
    this.#source.pause();
  }

  #resume(reason: Reason): void {
    this.#reasons.delete(reason);
    if (this.#reasons.size === 0) this.#source.resume();
  }
}
