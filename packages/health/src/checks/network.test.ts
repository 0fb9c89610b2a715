import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Check } from "../check.ts";
import { reasonOf } from "../reason.ts";
import { httpCheck } from "./http.ts";
import { postgresCheck } from "./postgres.ts";
import { redisCheck } from "./redis.ts";
import { tcpCheck } from "./tcp.ts";

const open: (Server | HttpServer)[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of open.splice(0)) server.close();
});

async function listening(server: Server | HttpServer): Promise<number> {
  open.push(server);
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that accepts connections and says what `talk` says; by default nothing, ever. */
const tcpServer = (talk: (socket: Socket) => void = () => {}) => listening(createServer(talk));
const httpServer = (listener: RequestListener) => listening(createHttpServer(listener));

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const run = (check: Check, signal = new AbortController().signal) =>
  check.run(signal).catch((error: unknown) => ({ ok: false, message: reasonOf(error, check.secrets) }));

const checksOf = (port: number): Record<string, Check> => ({
  tcp: tcpCheck({ host: "127.0.0.1", port }),
  http: httpCheck({ url: `http://127.0.0.1:${port}/` }),
  postgres: postgresCheck({ connectionString: `postgres://app:pw@127.0.0.1:${port}/app` }),
  redis: redisCheck({ url: `redis://:pw@127.0.0.1:${port}` }),
});

describe.each(["tcp", "http", "postgres", "redis"])("%s", (kind) => {
  it("finds a port that nobody listens at", async () => {
    expect(await run(checksOf(await closedPort())[kind]!)).toEqual({ ok: false, message: "connection refused" });
  });

  it("says where it asks, without credentials", async () => {
    expect(checksOf(1234)[kind]?.target).toMatch(/^(http:\/\/)?127\.0\.0\.1:1234$/);
  });
});

describe.each(["http", "postgres", "redis"])("%s", (kind) => {
  it("stops when told, where the other side accepts and never answers, and lets go of the connection", async () => {
    const { promise: connected, resolve } = Promise.withResolvers<Socket>();
    const check = checksOf(await tcpServer(resolve))[kind]!;
    const controller = new AbortController();
    const found = run(check, controller.signal);
    const socket = await connected;
    const closed = new Promise((done) => socket.resume().once("error", done).once("close", done));
    controller.abort();
    expect(await found).toMatchObject({ ok: false });
    await closed;
  });

  it("does not take something else that answers for itself", async () => {
    const port = await tcpServer((socket) => socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.9\r\n"));
    expect(await run(checksOf(port)[kind]!)).toMatchObject({ ok: false });
  });

  it("finds a connection that is closed on it", async () => {
    const port = await tcpServer((socket) => socket.on("error", () => {}).destroy());
    expect(await run(checksOf(port)[kind]!)).toMatchObject({ ok: false });
  });
});

describe("httpCheck", () => {
  it.each([
    [200, true],
    [204, true],
    [302, true],
    [404, false],
    [503, false],
  ])("takes %i for %s", async (status, ok) => {
    const port = await httpServer((_, response) => response.writeHead(status, { location: "/elsewhere" }).end());
    expect(await run(httpCheck({ url: `http://127.0.0.1:${port}` }))).toEqual({ ok, message: `HTTP ${status}` });
  });

  it("reads no body: one that never ends keeps it from nothing", async () => {
    const port = await httpServer((_, response) => response.writeHead(200).write("on and on"));
    expect(await run(httpCheck({ url: `http://127.0.0.1:${port}` }))).toMatchObject({ ok: true });
  });

  it("sends credentials of the URL as authorization, and shows none of them", async () => {
    let sent: string | undefined;
    const port = await httpServer((request, response) => {
      sent = request.headers.authorization;
      response.end();
    });
    const check = httpCheck({ url: `http://me:s3cret-pw@127.0.0.1:${port}/deep?token=t0ken` });
    expect(await run(check)).toMatchObject({ ok: true });
    expect(sent).toBe(`Basic ${Buffer.from("me:s3cret-pw").toString("base64")}`);
    expect(check.target).toBe(`http://127.0.0.1:${port}`);
  });

  it("lets the author say which status is good", async () => {
    const port = await httpServer((_, response) => response.writeHead(401).end());
    const url = `http://127.0.0.1:${port}`;
    expect(await run(httpCheck({ url, expectStatus: (status) => status === 401 }))).toMatchObject({ ok: true });
  });
});

describe("redisCheck", () => {
  const answering = (...answers: string[]) =>
    tcpServer((socket) =>
      socket
        .on("error", () => {})
        .on("data", () => {
          const answer = answers.shift();
          if (answer !== undefined) socket.write(answer);
        }),
    );

  it.each([
    ["-NOAUTH Authentication required.\r\n", "Redis answered NOAUTH"],
    ["-LOADING Redis is loading the dataset in memory\r\n", "Redis answered LOADING"],
    ["-MASTERDOWN Link with MASTER is down\r\n", "Redis answered MASTERDOWN"],
    [`+${"x".repeat(2000)}`, "the answer is not one of Redis"],
  ])("is down on %j", async (answer, message) => {
    const port = await answering(answer);
    expect(await run(redisCheck({ host: "127.0.0.1", port }))).toEqual({ ok: false, message });
  });

  it("reads an answer that comes in pieces", async () => {
    const port = await tcpServer((socket) => {
      socket
        .on("error", () => {})
        .once("data", () => socket.write("+PO", () => socket.write("NG\r", () => socket.write("\n"))));
    });
    expect(await run(redisCheck({ host: "127.0.0.1", port }))).toEqual({ ok: true });
  });

  it("repeats nothing of what Redis says about a wrong password", async () => {
    const port = await answering("-WRONGPASS invalid pair me:s3cret-pw\r\n");
    const check = redisCheck({ host: "127.0.0.1", port, username: "me", password: "s3cret-pw" });
    expect(await run(check)).toEqual({ ok: false, message: "Redis answered WRONGPASS" });
  });
});

it.each([
  ["postgres", () => postgresCheck({ connectionString: "host=db password=s3cret-pw" })],
  ["redis", () => redisCheck({ url: "http://:s3cret-pw@db" })],
  ["http", () => httpCheck({ url: "ftp://me:s3cret-pw@db" })],
])("%s refuses an address it cannot read, without repeating it", (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: "HEALTH_OPTION_WRONG" }));
  expect(make).not.toThrow(/s3cret-pw/);
});
