/** Servers of the bench in a process of their own: `served.ts <server> <variant>…`. Tells their URLs over IPC, on "cpu" its CPU time, and ends on "close". */
import { settledCpuUs } from "./cpu-time.ts";
import { HTTP_SERVERS, type HttpServerName } from "./subjects.ts";
import { variantOf } from "./variants.ts";

const [server, ...names] = process.argv.slice(2);
const urls: string[] = [];
const closings: (() => Promise<void>)[] = [];
for (const name of names) {
  const watching = await variantOf(name).open();
  const http = await HTTP_SERVERS[server as HttpServerName](watching.wrap);
  urls.push(http.url.href);
  closings.push(() => http.close().then(watching.close));
}
process.on("message", async (asked) => {
  if (asked === "cpu") {
    process.send?.(await settledCpuUs());
    return;
  }
  for (const close of closings) await close();
  process.disconnect();
});
// Where the bench was killed, nothing is left behind.
process.once("disconnect", () => process.exit());
process.send?.(urls);
