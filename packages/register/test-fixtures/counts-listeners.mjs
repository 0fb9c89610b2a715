import { callOnce } from "./memory-server.mjs";

// As the package signal-exit does: end only when nobody else listens, and then by the same signal.
await callOnce("courteous");
process.stdin.resume();
process.on("SIGTERM", function end() {
  if (process.listenerCount("SIGTERM") > 1) return;
  process.off("SIGTERM", end);
  process.kill(process.pid, "SIGTERM");
});
