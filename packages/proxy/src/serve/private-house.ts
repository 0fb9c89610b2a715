import type { ChildLink } from "./child-link.ts";
import type { Guest, House, Seat } from "./seat.ts";
import type { Starter } from "./starter.ts";

/** A server of its own for each guest: messages pass unchanged. */
export class PrivateHouse implements House {
  readonly #starter: Starter;
  readonly #open = new Set<ChildLink>();

  constructor(starter: Starter) {
    this.#starter = starter;
  }

  async seat(guest: Guest): Promise<Seat> {
    const link = await this.#starter.start();
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
