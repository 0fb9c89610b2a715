import cluster from "node:cluster";
import { callOnce } from "./memory-server.mjs";

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
  process.stdin.resume().on("end", () => cluster.disconnect());
} else {
  await callOnce("worker");
}
