import { callOnce } from "./memory-server.mjs";

await callOnce("doomed");
process.stdin.resume().on("end", () => {
  throw new Error("the host's own fault");
});
