import { fork } from "node:child_process";
import { callOnce } from "./memory-server.mjs";

// Parent and child each serve; both stay until stdin closes.
await callOnce(process.send === undefined ? "parent" : "child");
if (process.send === undefined) {
  const child = fork(new URL(import.meta.url));
  process.stdin.resume().on("end", () => child.disconnect());
} else {
  process.on("disconnect", () => process.exit());
}
