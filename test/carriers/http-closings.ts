import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Responses under way in this process, by the port they are served on, whoever made the server. */
const underWay = new Map<string, Set<ServerResponse>>();

subscribe("http.server.request.start", (news) => {
  const { request, response } = news as { request: IncomingMessage; response: ServerResponse };
  const port = String(request.socket.localPort);
  const open = underWay.get(port) ?? new Set();
  underWay.set(port, open.add(response));
  response.once("close", () => open.delete(response));
});

/** Hangs up, and waits until the server has seen every response of its end: the SDK's own listeners have been called then. */
export async function whenServerNotices(url: string, hangUp: () => Promise<void>): Promise<void> {
  const open = [...(underWay.get(new URL(url).port) ?? [])];
  const closed = open.map((response) => new Promise((resolve) => response.once("close", resolve)));
  await hangUp();
  await Promise.all(closed);
  await new Promise((resolve) => setImmediate(resolve));
}
