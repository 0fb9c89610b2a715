/** A server of the bench in a process of its own: `served.ts <server> <variant>`. Tells its URL over IPC, and ends when told. */
import { HTTP_SERVERS, type HttpServerName } from "./subjects.ts";
import { VARIANTS } from "./variants.ts";

const [server, name] = process.argv.slice(2);
const watching = await VARIANTS.find((variant) => variant.name === name)?.open();
if (watching === undefined) throw new Error(`There is no variant "${name}".`);
const http = await HTTP_SERVERS[server as HttpServerName](watching.wrap);
process.once("message", async () => {
  await http.close();
  await watching.close();
  process.disconnect();
});
process.send?.(http.url.href);
