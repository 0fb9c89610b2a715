import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { callOnce } from "./memory-server.mjs";

await callOnce(isMainThread ? "main" : "thread");
if (isMainThread) {
  new Worker(new URL(import.meta.url));
  process.stdin.resume().on("end", () => process.exit());
} else {
  parentPort.on("message", () => {});
}
