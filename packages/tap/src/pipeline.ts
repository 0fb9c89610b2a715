import type { ConnectionObserver, Gate, Observer, OnFault } from "@mcp-ops/exchange";

/** What a tap feeds: who watches, who decides, and the limits. One object may serve any number of servers and requests. */
export interface Pipeline {
  /** Outermost first. */
  readonly observers: readonly Observer[];
  /** Asked in order; the first that answers wins. */
  readonly gates: readonly Gate[];
  readonly connectionObservers: readonly ConnectionObserver[];
  readonly onFault: OnFault;
  /** Told each time an exchange goes unobserved because `maxOpenExchanges` are open. */
  readonly onOverflow: () => void;
  /** Name of the server in every signal; undefined takes the name it gives itself. */
  readonly server: string | undefined;
  /** Exchanges open at once, per pipeline. Beyond it gates still decide, but observers are not asked. */
  readonly maxOpenExchanges: number;
  /** Ask the server for its lists once (`tools/list`, …) where they cannot be read in process. */
  readonly learnTargets: boolean;
  /** URIs and URI templates that gates answer: names of ours, and therefore safe as labels wherever the server has no such resource itself. */
  readonly ownResources: readonly string[];
  /** Whether answers of gates may leave with an HTTP status of their own (`HttpAnswer`) at transports in this process, which are asked for it only then. */
  readonly answersHttp: boolean;
  /** Whether fencing tokens in `_meta` are believed, because every client is one of our own doors in front. Else they are taken off. */
  readonly trustsFencing: boolean;
}

/** 10 000 open exchanges take some 10 MB; a server with more in flight has another problem. */
export const DEFAULT_MAX_OPEN_EXCHANGES = 10_000;

/** A pipeline with every default filled in. */
export function pipeline(parts: Partial<Pipeline> = {}): Pipeline {
  return {
    observers: [],
    gates: [],
    connectionObservers: [],
    onFault: () => {},
    onOverflow: () => {},
    server: undefined,
    maxOpenExchanges: DEFAULT_MAX_OPEN_EXCHANGES,
    learnTargets: true,
    ownResources: [],
    answersHttp: false,
    trustsFencing: false,
    ...parts,
  };
}
