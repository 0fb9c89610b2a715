import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { type Check, type CheckOptions, check, type Finding, wrong } from "../check.ts";
import { decoded } from "./decoded.ts";
import { command, lines } from "./resp.ts";
import { type Address, describeAddress, withSocket } from "./socket.ts";

export interface RedisCheckOptions extends CheckOptions {
  /** `redis://user:password@host:6379`, or `rediss://` for TLS. The fields below win over it. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** A Unix socket, in place of host and port. */
  readonly socketPath?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: boolean | ConnectionOptions | undefined;
}

const DEFAULT_PORT = 6379;

/** Whether Redis (or Valkey) lets us in and answers PING. A replica without its master, or a server still loading, is down. */
export function redisCheck(options: RedisCheckOptions): Check {
  const given = options.url === undefined ? undefined : parse(options.url);
  const address = addressOf(options, given);
  const tls = tlsOf(options.tls ?? given?.protocol === "rediss:");
  const fromUrl = given?.password ? decoded(given.password) : undefined;
  const password = options.password ?? fromUrl;
  const username = options.username ?? (given?.username ? decoded(given.username) : undefined);
  return check(options, {
    name: "redis",
    target: describeAddress(address),
    secrets: [password ?? "", given?.password ?? ""],
    run: (signal) => withSocket(address, tls, signal, (socket) => ping(socket, username, password)),
  });
}

async function ping(socket: Socket, username: string | undefined, password: string | undefined): Promise<Finding> {
  const replies = lines(socket);
  if (password !== undefined) {
    socket.write(username === undefined ? command("AUTH", password) : command("AUTH", username, password));
    const reply = await next(replies);
    if (!reply.startsWith("+")) return { ok: false, message: failure(reply) };
  }
  socket.write(command("PING"));
  const reply = await next(replies);
  return reply === "+PONG" ? { ok: true } : { ok: false, message: failure(reply) };
}

async function next(replies: AsyncGenerator<string, void>): Promise<string> {
  const { done, value } = await replies.next();
  if (done) throw new Error("connection closed");
  return value;
}

/** The error word of Redis (`NOAUTH`, `WRONGPASS`, `LOADING`, `MASTERDOWN`); the rest of the line may repeat what was sent. */
function failure(reply: string): string {
  const word = /^-([A-Z]{1,32})\b/.exec(reply)?.[1];
  return word === undefined ? "the answer is not one of Redis" : `Redis answered ${word}`;
}

function addressOf({ host, port, socketPath }: RedisCheckOptions, given: URL | undefined): Address {
  if (socketPath !== undefined) return { socketPath };
  const hostname = given?.hostname.replace(/^\[|\]$/g, "");
  return { host: host ?? (hostname || "localhost"), port: port ?? Number(given?.port || DEFAULT_PORT) };
}

function tlsOf(tls: boolean | ConnectionOptions): ConnectionOptions | undefined {
  if (typeof tls === "object") return tls;
  return tls ? {} : undefined;
}

function parse(given: string): URL {
  const url = URL.parse(given);
  if (url?.protocol === "redis:" || url?.protocol === "rediss:") return url;
  throw wrong(
    "The `url` of a Redis health check must be one such as redis://user:password@host:6379, or rediss:// for TLS.",
  );
}
