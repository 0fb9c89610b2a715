import type { HttpLine } from "@mcp-ops/tap";
import type { Upstream, Upstreams } from "./upstreams.ts";
import type { FindWays, InSession, Traveller, Way } from "./way.ts";

/** Servers that are as good as one another: a session stays where it began, all else takes turns. */
export function takingTurns(upstreams: Upstreams): FindWays {
  const homes = new WeakMap<HttpLine, Upstream>();
  return (traveller) => new Turn(traveller, upstreams, homes);
}

const AS_IT_IS: InSession = {};

class Turn implements Way {
  readonly #traveller: Traveller;
  readonly #upstreams: Upstreams;
  /** Which upstream a session is at home at. */
  readonly #homes: WeakMap<HttpLine, Upstream>;
  readonly #tried = new Set<Upstream>();

  constructor(traveller: Traveller, upstreams: Upstreams, homes: WeakMap<HttpLine, Upstream>) {
    this.#traveller = traveller;
    this.#upstreams = upstreams;
    this.#homes = homes;
  }

  find(): void {
    this.#go(this.aside());
  }

  aside(): Upstream {
    const [only, another] = this.#upstreams.all;
    if (only !== undefined && another === undefined) return only;
    const { line } = this.#traveller;
    const home = line === undefined ? undefined : this.#homes.get(line);
    if (home?.isUp === true) return home;
    if (line?.sessionId === undefined) return this.#upstreams.next(this.#tried);
    return this.#upstreams.forSession(line.sessionId);
  }

  inSession(): InSession {
    return AS_IT_IS;
  }

  clientsSessionId(): undefined {}

  /** A session is where its first answer came from. */
  arrived(upstream: Upstream): void {
    const { line } = this.#traveller;
    if (line !== undefined && this.#upstreams.all.length > 1) this.#homes.set(line, upstream);
  }

  unsent(upstream: Upstream): boolean {
    this.#upstreams.found(upstream, "refused");
    if (this.#tried.size >= this.#upstreams.all.length) return false;
    this.#go(this.#upstreams.next(this.#tried));
    return true;
  }

  lost(): boolean {
    return false;
  }

  mayReturn(): boolean {
    return false;
  }

  returned(): boolean {
    return false;
  }

  over(): void {}

  #go(upstream: Upstream): void {
    this.#tried.add(upstream);
    this.#traveller.go(upstream);
  }
}
