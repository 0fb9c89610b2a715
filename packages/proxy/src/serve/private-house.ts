import type { Warn } from "../signals/warn.ts";
import { ChildLink } from "./child-link.ts";
import type { Guest, House, Seat } from "./seat.ts";

/** A server of its own for each guest: messages pass unchanged. */
export class PrivateHouse implements House {
  readonly #command: readonly string[];
  readonly #onWarning: Warn;
  readonly #open = new Set<ChildLink>();

  constructor(command: readonly string[], onWarning: Warn) {
    this.#command = command;
    this.#onWarning = onWarning;
  }

  async seat(guest: Guest): Promise<Seat> {
    const link = await ChildLink.start(this.#command, this.#onWarning);
    this.#open.add(link);
    link.onMessage = (message) => guest.receive(message);
    void link.ended.then(() => {
      this.#open.delete(link);
      guest.serverEnded();
    });
    return {
      send: (message) => link.send(message),
      get isClogged() {
        return link.isClogged;
      },
      leave: () => void link.close(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((link) => link.close()));
  }
}
