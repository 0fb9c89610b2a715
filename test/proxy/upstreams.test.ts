/** Several servers behind one proxy. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, front, HEADERS, post } from "./front.ts";
import { answerJson, plainUpstream, type Received } from "./plain-upstream.ts";

/** Gives each session it opens an id with its own name in it, and knows no others. */
function sessionServer(name: string) {
  const known = new Set<string>();
  return plainUpstream(({ request, body, response }: Received) => {
    const { id, method } = JSON.parse(body || "{}") as { id?: number; method?: string };
    const asked = request.headers["mcp-session-id"] as string | undefined;
    if (method === "initialize") known.add(`${name}-${known.size}`);
    const session = method === "initialize" ? [...known].at(-1) : asked;
    const isKnown = session !== undefined && known.has(session);
    const answer = isKnown ? { result: { name } } : { error: { code: -32001, message: "Session not found" } };
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json", "mcp-session-id": session ?? "" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
  });
}

const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25" },
});

test("a session stays at the server that opened it, its streams too, and calls without one take turns", async () => {
  await using a = await sessionServer("a");
  await using b = await sessionServer("b");
  await using proxy = await front([a.url, b.url]);
  const sessions: string[] = [];
  for (let opened = 0; opened < 6; opened++) {
    sessions.push((await post(proxy.url, initialize)).headers.get("mcp-session-id") ?? "");
  }
  expect(new Set(sessions.map((id) => id[0]))).toEqual(new Set(["a", "b"]));
  for (const id of [...sessions, ...sessions]) {
    const { result } = (await (await post(proxy.url, call(1), { "mcp-session-id": id })).json()) as {
      result: { name: string };
    };
    expect(result.name).toBe(id[0]);
  }
  for (const id of sessions.toSorted()) {
    const stream = await fetch(proxy.url, { headers: { accept: "text/event-stream", "mcp-session-id": id } });
    expect([stream.status, await stream.json()]).toMatchObject([200, { result: { name: id[0] } }]);
  }
});

test("a server that refuses connections is left out: no call is lost, and its sessions are told to begin anew", async () => {
  await using a = await sessionServer("a");
  const b = await sessionServer("b");
  const told: boolean[] = [];
  await using proxy = await front([a.url, b.url], { onUpstream: ({ isUp }) => told.push(isUp) });
  const sessions = [];
  for (let opened = 0; opened < 4; opened++)
    sessions.push((await post(proxy.url, initialize)).headers.get("mcp-session-id") ?? "");
  const atB = sessions.find((id) => id.startsWith("b")) ?? "";
  await b[Symbol.asyncDispose]();
  for (let opened = 0; opened < 6; opened++) {
    expect((await post(proxy.url, initialize)).headers.get("mcp-session-id")).toMatch(/^a/);
  }
  expect((await post(proxy.url, call(1), { "mcp-session-id": atB })).status).toBe(404);
  expect(told).toEqual([false]);
  expect(proxy.proxy.upstreams().map(({ isUp }) => isUp)).toEqual([true, false]);
});

test("a call that a server may have seen is not asked again elsewhere", async () => {
  const dies = ({ response }: Received) => void response.socket?.destroy();
  await using a = await plainUpstream(dies);
  await using b = await plainUpstream(dies);
  await using proxy = await front([a.url, b.url]);
  expect((await post(proxy.url, call(1))).status).toBe(502);
  expect(a.received.length + b.received.length).toBe(1);
});

test("https on both sides: the certificate is the upstream's, the Host the client's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-tls-"));
  try {
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        keyFile,
        "-out",
        certFile,
        ...subject,
      ],
      { stdio: "ignore" },
    );
    const tls = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    const hosts: (string | undefined)[] = [];
    const server = createServer(tls, async (incoming, response) => {
      hosts.push(incoming.headers.host);
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      answerJson({ request: incoming, response, body: Buffer.concat(chunks).toString() });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const upstream = `https://localhost:${(server.address() as AddressInfo).port}/mcp`;
    await using proxy = await front([upstream], { tls, upstreamCa: tls.cert, hosts: ["mcp.example.com"] });
    const asking = request(proxy.url, {
      method: "POST",
      ca: tls.cert,
      servername: "localhost",
      headers: { ...HEADERS, host: "mcp.example.com" },
    });
    asking.end(call(1));
    const [response] = (await once(asking, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    expect([response.statusCode, hosts]).toEqual([200, ["mcp.example.com"]]);
    await using strict = await front([upstream]);
    expect((await post(strict.url, call(1))).status).toBe(502);
    server.close();
    server.closeAllConnections();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
