import { callOnce } from "./memory-server.mjs";

// The host ends itself in its own way and with its own code, as it does without us.
await callOnce("graceful");
process.stdin.resume();
process.on("SIGTERM", () => {
  console.log(`listeners: ${process.listenerCount("SIGTERM")}`);
  setImmediate(() => process.exit(7));
});
