import type { ConnectionObserver, Gate, Observer, OnFault } from "@mcp-ops/exchange";
import type { Metrics, MetricsOptions } from "@mcp-ops/metrics";
import {
  aFunction,
  atLeastOne,
  checkOptions,
  type Expected,
  functions,
  isObject,
  text,
  yesOrNo,
} from "./check-options.ts";

/** What `watch` may be told. Everything has a default, and an object given twice is read once. */
export interface WatchOptions {
  /** Name of the server in every signal. Default: the name it gives itself. */
  readonly server?: string | undefined;
  /** `false` for none, options to shape them, or what `metrics()` returned. Default: on, in the registry all servers of the process share. */
  readonly metrics?: false | MetricsOptions | Metrics | undefined;
  /** Watch exchanges, outermost first; metrics are innermost. */
  readonly observers?: readonly Observer[] | undefined;
  /** Asked in order; the first that answers wins. */
  readonly gates?: readonly Gate[] | undefined;
  readonly connectionObservers?: readonly ConnectionObserver[] | undefined;
  /** Told of every observer or gate that misbehaves. The metrics count them too. */
  readonly onFault?: OnFault | undefined;
  /** Exchanges observed at once; beyond it servers still answer, unobserved, and a counter tells. Default: 10 000. */
  readonly maxOpenExchanges?: number | undefined;
  /** Ask a server for its lists once where they cannot be read in process. Default: true. */
  readonly learnTargets?: boolean | undefined;
}

const OPTIONS: Readonly<Record<keyof WatchOptions, Expected>> = {
  server: text,
  metrics: {
    fits: (value) => value === false || isObject(value),
    words: "false, options for metrics(), or what metrics() returned",
  },
  observers: functions,
  gates: functions,
  connectionObservers: functions,
  onFault: aFunction,
  maxOpenExchanges: atLeastOne,
  learnTargets: yesOrNo,
};

/** Throws an OpsError that tells the fix when something is wrong with the options. */
export function checkWatchOptions(options: WatchOptions): void {
  checkOptions("watch()", options, OPTIONS);
}
