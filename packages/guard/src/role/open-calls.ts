import type { Exchange } from "@mcp-ops/exchange";
import type { RoleView } from "./role-view.ts";

/**
 * How many calls that change something are under way. One that the gate let pass, and no observer saw begin, is taken to be under way as long as the
 * reign lasts: nobody will know when it ends, and a lease must not be given back before.
 */
export class OpenCalls {
  readonly #role: RoleView;
  readonly #passed = new WeakSet<Exchange>();
  #open = 0;
  #unseen = 0;
  #reign: AbortSignal | undefined;

  constructor(role: RoleView) {
    this.#role = role;
  }

  get count(): number {
    // Asked for, because the reign ends by a look at the clock. While the clock is doubted there is none to begin in, but this one has not ended.
    void this.#role.reign;
    return this.#open + (this.#reign?.aborted === false ? this.#unseen : 0);
  }

  /** The gate let it pass. */
  passed(exchange: Exchange): void {
    if (this.#reign !== this.#role.reign) this.#unseen = 0;
    this.#reign = this.#role.reign;
    this.#passed.add(exchange);
    this.#unseen++;
  }

  /** The observer has seen it begin. Gives what is to be called at its end. */
  began(exchange: Exchange, isChange: boolean): () => void {
    if (this.#passed.delete(exchange) && this.#unseen > 0) this.#unseen--;
    if (!isChange) return () => {};
    this.#open++;
    return () => void this.#open--;
  }
}
