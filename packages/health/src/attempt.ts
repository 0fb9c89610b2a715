import type { Check, Finding } from "./check.ts";
import type { Clock } from "./clock.ts";
import { presentable, reasonOf } from "./reason.ts";

/** One run of a check, bounded in time. */
export interface Attempt {
  /** What was found. Settles at the timeout at the latest, and never rejects. */
  readonly found: Promise<Finding>;
  /** Settles when the check itself has ended, which one that ignores its signal may never do. */
  readonly ended: Promise<void>;
  /** Ends the run early, as a failure. */
  abort(): void;
}

/** Starts one run. At its timeout the check is told to stop, and is no longer waited for. */
export function attempt(check: Check, clock: Clock): Attempt {
  const controller = new AbortController();
  const { promise: found, resolve } = Promise.withResolvers<Finding>();
  const give = (finding: Finding) => {
    cancel();
    resolve(finding);
  };
  const stop = (message: string) => {
    give({ ok: false, message });
    controller.abort(new Error(message));
  };
  const cancel = clock.after(check.timeoutMs, () => stop(`no answer within ${check.timeoutMs} ms`));
  const ended = runSafely(check, controller.signal).then(give);
  return { found, ended, abort: () => stop("stopped") };
}

async function runSafely(check: Check, signal: AbortSignal): Promise<Finding> {
  try {
    const { ok, message } = await check.run(signal);
    return { ok, message: message === undefined ? undefined : presentable(message, check.secrets) };
  } catch (error) {
    return { ok: false, message: reasonOf(error, check.secrets) };
  }
}
