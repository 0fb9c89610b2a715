import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Log } from "./log.ts";

/** What is told to systemd (sd_notify(3)). Without systemd nothing happens. */
export interface Notify {
  /** The daemon runs. Starts the watchdog where the unit asks for one. */
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
  /** Ends the watchdog, and resolves when all has been told. */
  close(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** No message takes longer, unless systemd itself hangs. */
const SEND_DEADLINE_MS = 5_000;

/**
 * Node has no datagram sockets of the Unix kind, so the program `systemd-notify` sends for us: it is there wherever systemd is.
 * It waits until systemd has read the message, which keeps the order and lets systemd see who sent it. As another process it
 * needs `NotifyAccess=all` in the unit.
 */
export function openNotify(env: Env, log: Log): Notify {
  const { NOTIFY_SOCKET } = env;
  if (!NOTIFY_SOCKET) return { ready: () => {}, reloading: () => {}, stopping: () => {}, close: async () => {} };
  let last: Promise<void> = Promise.resolve();
  let isWarned = false;
  const tell = (...messages: string[]) => {
    last = last
      .then(() => send(messages, NOTIFY_SOCKET, env.PATH))
      .catch((error: Error) => {
        if (!isWarned) log("warn", `systemd cannot be told how the daemon is: ${error.message}`);
        isWarned = true;
      });
    return last;
  };
  let watchdog: NodeJS.Timeout | undefined;
  return {
    ready(status) {
      void tell("READY=1", `STATUS=${status}`);
      watchdog ??= startWatchdog(env, tell);
    },
    // Type=notify-reload wants the time as well, by the same clock (sd_notify(3), RELOADING=1).
    reloading: () => void tell("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => void tell("STOPPING=1", "STATUS=Stopping"),
    close: () => {
      clearInterval(watchdog);
      return last;
    },
  };
}

/** Three times in each period, so that one late message does not end the daemon; a stopped event loop sends none. */
function startWatchdog(env: Env, tell: (message: string) => Promise<void>): NodeJS.Timeout | undefined {
  const periodMs = Number(env.WATCHDOG_USEC) / 1000;
  const isOurs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  if (!(periodMs > 0) || !isOurs) return undefined;
  let isTold = true;
  return setInterval(() => {
    if (!isTold) return;
    isTold = false;
    void tell("WATCHDOG=1").then(() => {
      isTold = true;
    });
  }, periodMs / 3).unref();
}

async function send(messages: readonly string[], socket: string, path: string | undefined): Promise<void> {
  const child = spawn("systemd-notify", messages, {
    env: { NOTIFY_SOCKET: socket, PATH: path ?? "/usr/bin:/bin" },
    stdio: "ignore",
    timeout: SEND_DEADLINE_MS,
  });
  const [code] = await once(child, "exit").catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === "ENOENT" ? "the program systemd-notify is missing. Install the package systemd." : error.message,
    );
  });
  if (code !== 0)
    throw new Error(`systemd-notify ended with ${code ?? "a signal"}. Check NotifyAccess=all in the unit.`);
}
