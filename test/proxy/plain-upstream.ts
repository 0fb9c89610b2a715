import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
}

/** A server of the test's own: it answers as it is told, and remembers what reached it. */
export interface PlainUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  readonly server: Server;
  /** Settles with the next request that has not been taken yet. */
  next(): Promise<Received>;
}

export async function plainUpstream(answer?: (received: Received) => void, port = 0): Promise<PlainUpstream> {
  const received: Received[] = [];
  const waiting: ((one: Received) => void)[] = [];
  const untaken: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = { request, body: Buffer.concat(chunks).toString(), response };
    received.push(one);
    answer?.(one);
    const taker = waiting.shift();
    if (taker === undefined) untaken.push(one);
    else taker(one);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}/mcp`,
    port: bound,
    received,
    server,
    next: async () => untaken.shift() ?? (await new Promise<Received>((resolve) => waiting.push(resolve))),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers a call like a server that has one tool. */
export function answerJson({ body, response }: Received): void {
  const { id = null } = JSON.parse(body) as { id?: unknown };
  const text = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "fine" }] } });
  response.writeHead(200, { "content-type": "application/json" }).end(text);
}
