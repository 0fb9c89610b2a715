import type { Listen } from "@mcp-ops/kit";
import type { Hono } from "hono";
import type { TlsFiles } from "../config/secrets.ts";
import { type Listener, openListener } from "./listener.ts";

/** How a listener shall be. */
export interface DoorPlan {
  readonly where: Listen | "off";
  readonly tls: TlsFiles | undefined;
  readonly app: Hono;
}

/** Requests under way when a listener moves have this long. */
const MOVE_DEADLINE_MS = 2_000;

/** A listener that can be changed while the daemon runs: it is as it was when a change fails. */
export class Door {
  readonly #name: string;
  #plan: DoorPlan | undefined;
  #listener: Listener | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get address(): string | undefined {
    return this.#listener?.address;
  }

  get plan(): DoorPlan | undefined {
    return this.#plan;
  }

  async set(plan: DoorPlan): Promise<void> {
    const before = this.#plan;
    if (before !== undefined && sameSocket(before, plan)) this.#listener?.swap(plan.app);
    else if (before !== undefined && sameAddress(before, plan)) await this.#reopen(before, plan);
    else await this.#move(plan);
    this.#plan = plan;
  }

  async close(deadline: AbortSignal): Promise<void> {
    await this.#listener?.close(deadline);
    this.#listener = undefined;
  }

  async #move(plan: DoorPlan): Promise<void> {
    const next = await this.#opened(plan);
    this.#leave();
    this.#listener = next;
  }

  /** The same address cannot be had twice, so for a moment nobody listens. */
  async #reopen(before: DoorPlan, plan: DoorPlan): Promise<void> {
    this.#leave();
    try {
      this.#listener = await this.#opened(plan);
    } catch (error) {
      this.#listener = await this.#opened(before);
      throw error;
    }
  }

  /** The address is free at once. The requests under way are not waited for: one of them may be what moves this listener. */
  #leave(): void {
    void this.#listener?.close(AbortSignal.timeout(MOVE_DEADLINE_MS));
    this.#listener = undefined;
  }

  async #opened({ where, tls, app }: DoorPlan): Promise<Listener | undefined> {
    return where === "off" ? undefined : openListener(this.#name, app, where, tls);
  }
}

function sameAddress(a: DoorPlan, b: DoorPlan): boolean {
  return JSON.stringify(a.where) === JSON.stringify(b.where);
}

function sameSocket(a: DoorPlan, b: DoorPlan): boolean {
  return sameAddress(a, b) && JSON.stringify(a.tls) === JSON.stringify(b.tls);
}
