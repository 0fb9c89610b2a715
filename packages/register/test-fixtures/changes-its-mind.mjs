import { callOnce } from "./memory-server.mjs";

// Listens for a while only, then leaves the signal to its default again.
const ignore = () => {};
process.on("SIGTERM", ignore);
await callOnce("fickle");
process.stdin.resume();
process.off("SIGTERM", ignore);
