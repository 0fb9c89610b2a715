import type { ConfigSource } from "./config/load.ts";
import { type Daemon, openDaemon } from "./daemon.ts";
import { blamed } from "./duties/host.ts";
import { messageOf, openLog, Secrets } from "./log.ts";
import { openNotify } from "./notify.ts";

/** For whoever called to set an exit code and end by itself. */
const LEFT_BEHIND_MS = 1_000;

/**
 * Runs the daemon until SIGTERM or SIGINT, and reloads on SIGHUP. `onReady` is told where it listens. Resolves to whether it
 * ended within its deadline; rejects with an OpsError when it cannot start.
 */
export async function runSidecar(
  source: ConfigSource,
  onReady: (addresses: Daemon["addresses"]) => void,
): Promise<boolean> {
  const secrets = new Secrets();
  const told = toldToEnd();
  // Without a listener SIGHUP would end the process.
  let hangUp = async () => {};
  const reload = () => hangUp();
  process.on("SIGHUP", reload);
  const unwatch = watchForStrays(secrets);
  const daemon = await openDaemon(source, secrets, told);
  const notify = openNotify(source.env, daemon.log);
  hangUp = async () => {
    notify.reloading();
    // What is wrong with it has been logged; the old config holds.
    await daemon.reload().catch(() => {});
    notify.ready("Ready");
  };
  notify.ready("Ready");
  onReady(daemon.addresses);
  await told;
  notify.stopping();
  const isClean = await daemon.close();
  process.off("SIGHUP", reload);
  unwatch();
  await notify.close();
  // A duty that was left behind may hold the event loop; without one this timer never fires.
  setTimeout(() => process.exit(isClean ? 0 : 1), LEFT_BEHIND_MS).unref();
  return isClean;
}

/** A second signal does not wait any longer. */
function toldToEnd(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      resolve();
      process.once(signal, () => process.exit(1));
    });
  }
  return promise;
}

/** An error that nobody caught ends the duty whose code threw it. When none is to blame, nothing is sure any more: the daemon ends, to be started anew. */
function watchForStrays(secrets: Secrets): () => void {
  const stray = (error: unknown) => {
    const duty = blamed();
    if (duty !== undefined) return duty.fail(error);
    openLog("error", secrets)("error", `The daemon ends on an error that nobody caught: ${messageOf(error)}`);
    process.exit(1);
  };
  process.on("unhandledRejection", stray);
  process.on("uncaughtException", stray);
  return () => {
    process.off("unhandledRejection", stray);
    process.off("uncaughtException", stray);
  };
}
