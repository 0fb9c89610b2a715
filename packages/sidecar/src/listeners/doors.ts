import { Door, type DoorPlan } from "./door.ts";

/** The daemon's two listeners, changed together. */
export class Doors {
  readonly #probes = new Door("probes");
  readonly #admin = new Door("admin");

  /** Where they are; undefined for one that is off. */
  get addresses(): { readonly probes: string | undefined; readonly admin: string | undefined } {
    return { probes: this.#probes.address, admin: this.#admin.address };
  }

  /** Both, or neither. */
  async set(probes: DoorPlan, admin: DoorPlan): Promise<void> {
    const before = this.#probes.plan;
    await this.#probes.set(probes);
    try {
      await this.#admin.set(admin);
    } catch (error) {
      if (before !== undefined) await this.#probes.set(before);
      throw error;
    }
  }

  async close(deadline: AbortSignal): Promise<void> {
    await Promise.all([this.#probes.close(deadline), this.#admin.close(deadline)]);
  }
}
