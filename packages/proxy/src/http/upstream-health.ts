/** What is known of one upstream's health. */
export interface UpstreamHealth {
  readonly isUp: boolean;
  /** Checks in a row that say otherwise. */
  readonly contrary: number;
}

export interface Thresholds {
  /** Good checks in a row that bring a lost upstream back. */
  readonly rise: number;
  /** Failed checks in a row that take an upstream out. */
  readonly fall: number;
}

export const THRESHOLDS: Thresholds = { rise: 2, fall: 3 };

/** Up until it proves otherwise: a proxy that starts first must not refuse what would have worked. */
export const NEW_UPSTREAM: UpstreamHealth = { isUp: true, contrary: 0 };

/** `refused` is a connection that a request could not get: it needs no second opinion. */
export type Finding = "well" | "ill" | "refused";

export function step({ isUp, contrary }: UpstreamHealth, finding: Finding, { rise, fall }: Thresholds): UpstreamHealth {
  if (finding === "refused") return { isUp: false, contrary: 0 };
  const isContrary = (finding === "well") !== isUp;
  if (!isContrary) return contrary === 0 ? { isUp, contrary } : { isUp, contrary: 0 };
  return contrary + 1 >= (isUp ? fall : rise) ? { isUp: !isUp, contrary: 0 } : { isUp, contrary: contrary + 1 };
}
