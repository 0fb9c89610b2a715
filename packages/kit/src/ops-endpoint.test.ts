import { once } from "node:events";
import { linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { metrics } from "@mcp-ops/metrics";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpsEndpoint, type OpsEndpointOptions, opsEndpoint } from "./ops-endpoint.ts";

const OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

const open: OpsEndpoint[] = [];

async function opened(options: OpsEndpointOptions = {}): Promise<OpsEndpoint> {
  const endpoint = await opsEndpoint({ listen: { port: 0 }, ...options });
  open.push(endpoint);
  return endpoint;
}

afterEach(async () => {
  for (const endpoint of open.splice(0)) await endpoint.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
  readonly body: string;
}

async function ask(url: string | RequestOptions, options: RequestOptions = {}): Promise<Answer> {
  const sent = typeof url === "string" ? request(url, options) : request({ ...url, ...options });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const bytes = await buffer(response);
  return { status: response.statusCode, headers: response.headers, bytes, body: bytes.toString() };
}

describe("GET /metrics", () => {
  it("shows the classic text format", async () => {
    const { url } = await opened();
    const answer = await ask(`${url}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers).toMatchObject({ vary: "Accept, Accept-Encoding", "cache-control": "no-store" });
    expect(answer.body).toContain("process_cpu_seconds_total");
    expect(answer.body).not.toContain("# EOF");
  });

  it("shows OpenMetrics to those who ask for it", async () => {
    const { url } = await opened();
    const answer = await ask(`${url}/metrics`, { headers: { accept: OPENMETRICS } });
    expect(answer.headers["content-type"]).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    expect(answer.body).toMatch(/# EOF\n$/);
  });

  it("compresses for those who can read it", async () => {
    const { url } = await opened();
    const plain = await ask(`${url}/metrics`);
    const zipped = await ask(`${url}/metrics`, { headers: { "accept-encoding": "gzip" } });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(Number(zipped.headers["content-length"])).toBe(zipped.bytes.length);
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(gunzipSync(zipped.bytes).toString()).toContain("# HELP process_cpu_seconds_total");
  });

  it("shows the metrics it was given", async () => {
    const own = metrics({ processMetrics: false, names: "classic" });
    const { url } = await opened({ metrics: own });
    const { body } = await ask(`${url}/metrics`);
    expect(body).toContain("# TYPE mcp_requests_total counter");
    expect(body).not.toMatch(/process_cpu|mcp_server_operation_duration/);
  });

  it("answers 500 with a comment when the scrape fails, and goes on", async () => {
    const broken = { scrape: () => Promise.reject(new Error("two\nlines")) };
    const { url } = await opened({ metrics: broken });
    for (let round = 0; round < 2; round++) {
      const answer = await ask(`${url}/metrics`);
      expect(answer).toMatchObject({ status: 500, body: "# The scrape failed: Error: two lines\n" });
    }
  });
});

describe("the other requests", () => {
  it("HEAD has the headers of GET and no body", async () => {
    const { url } = await opened();
    const answer = await ask(`${url}/metrics`, { method: "HEAD" });
    expect(answer.status).toBe(200);
    expect(Number(answer.headers["content-length"])).toBeGreaterThan(100);
    expect(answer.bytes).toHaveLength(0);
  });

  it("/ lists the pages", async () => {
    const { url } = await opened();
    const answer = await ask(`${url}/`);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.body).toContain('<a href="/metrics">/metrics</a>');
  });

  it.each(["/metric", "/metrics/", "//metrics/x", "/..%2f", "/%"])("%s is not found", async (path) => {
    const { port } = new URL((await opened()).url as string);
    expect(await ask({ port, path })).toMatchObject({ status: 404 });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("%s is not allowed", async (method) => {
    const { url } = await opened();
    const answer = await ask(`${url}/metrics`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe("GET, HEAD");
  });

  it("a name that was made to point here is refused, in a plain sentence", async () => {
    const { url } = await opened({ hosts: ["metrics.example.com"] });
    const headers = (host: string) => ({ headers: { host } });
    expect(await ask(`${url}/metrics`, headers("metrics.example.com"))).toMatchObject({ status: 200 });
    expect(await ask(`${url}/metrics`, headers("evil.example.com"))).toMatchObject({
      status: 403,
      body: "This host name may not ask here. Add it to the option `hosts` of opsEndpoint() if it should.\n",
    });
  });
});

describe("on a Unix socket", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ops-"));
    return () => rmSync(folder, { recursive: true });
  });

  it("answers under any host name, to the owner only, and takes the socket away when it closes", async () => {
    const socketPath = join(folder, "s");
    const endpoint = await opened({ listen: { socket: socketPath } });
    expect(endpoint).toMatchObject({ socketPath, url: undefined });
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    expect(await ask({ socketPath, path: "/metrics", headers: { host: "anything" } })).toMatchObject({ status: 200 });
    await endpoint.close();
    expect(() => statSync(socketPath)).toThrow("ENOENT");
  });

  it("takes the place of a socket that a dead process left", async () => {
    const socketPath = join(folder, "s");
    await leaveStaleSocket(socketPath);
    await opened({ listen: { socket: socketPath } });
    expect(await ask({ socketPath, path: "/metrics" })).toMatchObject({ status: 200 });
  });

  it("leaves a socket alone on which somebody answers", async () => {
    const socketPath = join(folder, "s");
    await opened({ listen: { socket: socketPath } });
    await expect(opsEndpoint({ listen: { socket: socketPath } })).rejects.toMatchObject({
      code: "KIT_SOCKET_IN_USE",
      message: `Another process answers on ${socketPath}. Stop it, or give another path.`,
    });
    expect(await ask({ socketPath, path: "/metrics" })).toMatchObject({ status: 200 });
  });

  it("leaves a file alone that is no socket", async () => {
    const socket = join(folder, "precious.txt");
    writeFileSync(socket, "precious");
    await expect(opsEndpoint({ listen: { socket } })).rejects.toMatchObject({ code: "KIT_SOCKET_IN_USE" });
    expect(statSync(socket).size).toBe(8);
  });

  it.each([
    ["is in a folder that is not there", "missing/s"],
    ["is too long for a socket", "s".repeat(120)],
  ])("tells the fix when the path %s", async (_, name) => {
    await expect(opsEndpoint({ listen: { socket: join(folder, name) } })).rejects.toMatchObject({
      code: "KIT_LISTEN_FAILED",
      message: expect.stringContaining("The folder must exist and be writable, and the path must be short"),
    });
  });

  async function leaveStaleSocket(path: string): Promise<void> {
    // Closing a server removes its socket; a second name for it stays.
    const server = createServer().listen(`${path}.tmp`);
    await once(server, "listening");
    linkSync(`${path}.tmp`, path);
    server.close();
    await once(server, "close");
  }
});

describe("opening", () => {
  it("names the port that is in use and the option to change", async () => {
    const { url } = await opened();
    const port = Number(new URL(url as string).port);
    await expect(opsEndpoint({ listen: { port } })).rejects.toMatchObject({
      name: "OpsError",
      code: "KIT_PORT_IN_USE",
      message: expect.stringMatching(
        new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use.*opsEndpoint\\(\\{ listen: \\{ port \\} \\}\\)`),
      ),
    });
  });

  it("names an address this machine does not have", async () => {
    await expect(opsEndpoint({ listen: { port: 0, host: "192.0.2.1" } })).rejects.toMatchObject({
      code: "KIT_LISTEN_FAILED",
      message: "Cannot listen on port 0 of 192.0.2.1 (EADDRNOTAVAIL). Check `port` and `host` of the option `listen`.",
    });
  });

  it("may be on IPv6", async () => {
    const { url } = await opened({ listen: { port: 0, host: "::1" } });
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(await ask(`${url}/metrics`)).toMatchObject({ status: 200 });
  });

  it.each([
    [{ lisen: { port: 1 } }, "KIT_OPTION_UNKNOWN", "opsEndpoint() has no option `lisen`. Did you mean `listen`?"],
    [{ listen: { port: "9464" } }, "KIT_OPTION_WRONG", "{ port, host } or { socket }"],
    [{ listen: { port: 70_000 } }, "KIT_OPTION_WRONG", "{ port, host } or { socket }"],
    [{ listen: { socket: "/s", port: 1 } }, "KIT_OPTION_WRONG", "{ port, host } or { socket }"],
    [{ listen: { port: 1, hots: "x" } }, "KIT_OPTION_WRONG", "{ port, host } or { socket }"],
    [{ listen: 9464 }, "KIT_OPTION_WRONG", "not 9464"],
    [{ metrics: {} }, "KIT_OPTION_WRONG", "what metrics() returns"],
    [{ hosts: "localhost" }, "KIT_OPTION_WRONG", "a list of host names"],
    [{ hosts: ["http://x/"] }, "KIT_OPTION_WRONG", "a list of host names"],
    [null, "KIT_OPTION_WRONG", "must be an object, not null"],
  ])("refuses %j at once", async (options, code, message) => {
    await expect(opsEndpoint(options as OpsEndpointOptions)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it("closes with the block it was opened in, even while a client is connected", async () => {
    const endpoint = await opsEndpoint({ listen: { port: 0 } });
    const { port } = new URL(endpoint.url as string);
    const client = connect(Number(port), "127.0.0.1");
    await once(client, "connect");
    await endpoint[Symbol.asyncDispose]();
    await once(client.resume(), "close");
    await expect(ask(`${endpoint.url}/metrics`)).rejects.toThrow("ECONNREFUSED");
  });
});
