import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Labels } from "../fixtures/prometheus.ts";

/** What somebody was told of one alert. */
export interface Told {
  /** Of the receiver, as its path says. */
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly labels: Labels;
  readonly annotations: Labels;
}

interface Message {
  readonly alerts: readonly Omit<Told, "receiver">[];
}

/** What stands at the other end of a webhook. */
export interface Pager extends AsyncDisposable {
  readonly origin: string;
  /** Oldest first. */
  readonly told: readonly Told[];
}

export async function openPager(): Promise<Pager> {
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    const { alerts } = JSON.parse(await text(request)) as Message;
    const receiver = request.url?.slice(1) ?? "";
    told.push(...alerts.map(({ status, labels, annotations }) => ({ receiver, status, labels, annotations })));
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
