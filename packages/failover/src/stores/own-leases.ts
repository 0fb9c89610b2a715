import type { Grant } from "../lease-store.ts";

type Claim = Pick<Grant, "name" | "holder" | "token">;

/** The leases this process was given, and until when each lasts by our own clock: counted from before the request that gave or lengthened it. */
export class OwnLeases {
  readonly #leases = new Map<string, { readonly token: bigint; readonly untilMs: number }>();
  readonly #now: () => number;

  /** @param now monotonic, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  keep(claim: Claim, untilMs: number): void {
    this.#leases.set(keyOf(claim), { token: claim.token, untilMs });
  }

  /** Known here, and not over. */
  lasts(claim: Claim): boolean {
    const known = this.#known(claim);
    return known !== undefined && known.untilMs > this.#now();
  }

  /** Known here, and over. */
  isOver(claim: Claim): boolean {
    const known = this.#known(claim);
    return known !== undefined && known.untilMs <= this.#now();
  }

  /** It is to be given back. One that is over stays known as such: it must not be taken up again. */
  forget(claim: Claim): void {
    if (this.lasts(claim)) this.#leases.delete(keyOf(claim));
  }

  #known(claim: Claim) {
    const known = this.#leases.get(keyOf(claim));
    return known?.token === claim.token ? known : undefined;
  }
}

function keyOf({ name, holder }: Claim): string {
  return `${name} ${holder}`;
}
