import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createSecureContext } from "node:tls";
import { getRequestListener } from "@hono/node-server";
import { OpsError } from "@mcp-ops/formats";
import { type Bound, type Listen, LOOPBACK_HOST, listen } from "@mcp-ops/kit";
import type { Hono } from "hono";
import { SIDECAR_ERROR } from "../codes.ts";
import type { TlsFiles } from "../config/secrets.ts";

/** What bounds a slow or greedy client; the same as at the ops endpoint of a server. */
const LIMITS = { requestMs: 10_000, answerMs: 30_000, idleMs: 30_000, checkEveryMs: 2_000 };

const MAX_CONNECTIONS = 64;

/** An open listener. */
export interface Listener {
  /** A URL, or the path of a socket. */
  readonly address: string;
  /** Answers with another app from now on. */
  swap(app: Hono): void;
  /** Stops listening, and waits for the requests under way until the deadline. */
  close(deadline: AbortSignal): Promise<void>;
}

/** Opens a listener; `name` is its section of the config. */
export async function openListener(
  name: string,
  app: Hono,
  where: Listen,
  tls: TlsFiles | undefined,
  maxConnections: number = MAX_CONNECTIONS,
): Promise<Listener> {
  let current = app;
  const server = serverOf(
    getRequestListener((request, bindings) => current.fetch(request, bindings), { overrideGlobalObjects: false }),
    tls,
    name,
  );
  server.maxConnections = maxConnections;
  const underWay = answersOf(server);
  const bound = await bind(name, server, where);
  const cleanUp = () => removeSocket(bound);
  process.once("exit", cleanUp);
  const address =
    bound.socketPath ?? (tls === undefined ? (bound.url as string) : (bound.url as string).replace(/^http:/, "https:"));
  return {
    address,
    swap: (next) => {
      current = next;
    },
    async close(deadline) {
      process.off("exit", cleanUp);
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      for (const answer of underWay) answer.shouldKeepAlive = false;
      const cut = () => server.closeAllConnections();
      deadline.addEventListener("abort", cut, { once: true });
      if (deadline.aborted) cut();
      await closed;
    },
  };
}

function serverOf(answer: RequestListener, tls: TlsFiles | undefined, name: string): Server {
  const { requestMs, idleMs, checkEveryMs } = LIMITS;
  const options = { headersTimeout: requestMs, requestTimeout: requestMs, connectionsCheckingInterval: checkEveryMs };
  const server =
    tls === undefined
      ? createServer(options, inTime(answer))
      : createTlsServer({ ...options, ...tlsOptions(tls, name) }, inTime(answer));
  server.setTimeout(idleMs);
  // Running out of file descriptors, say.
  server.on("error", () => {});
  return server;
}

function tlsOptions({ cert, key, ca }: TlsFiles, name: string): object {
  const options = {
    cert,
    key,
    minVersion: "TLSv1.2" as const,
    ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
  };
  try {
    createSecureContext(options);
    if (ca !== undefined) demandCertificates(ca);
  } catch (cause) {
    throw new OpsError(
      SIDECAR_ERROR.listenFailed,
      `The certificate, key or clientCa of ${name}.tls cannot be used (${(cause as NodeJS.ErrnoException).code}). All are PEM files, and the key must be the certificate's.`,
    );
  }
  return options;
}

/** Of no text Node makes the authorities that browsers trust, and then anybody with a certificate of one of them is a client of ours. */
function demandCertificates(pem: string): void {
  const certificates = pem.match(/-----BEGIN ([A-Z0-9 ]*CERTIFICATE)-----[^-]*-----END \1-----/g) ?? [""];
  for (const certificate of certificates) new X509Certificate(certificate);
}

async function bind(name: string, server: Server, where: Listen): Promise<Bound> {
  try {
    return await listen(server, where);
  } catch (cause) {
    const code = String((cause as { code?: string }).code);
    const place =
      "socket" in where ? `the socket ${where.socket}` : `port ${where.port} of ${where.host ?? LOOPBACK_HOST}`;
    const why = code.endsWith("_IN_USE") ? "it is in use" : systemCode(cause);
    throw new OpsError(
      SIDECAR_ERROR.listenFailed,
      `${name} cannot listen on ${place}: ${why}. Stop what listens there, or choose another place with ${name}.listen.`,
      { cause },
    );
  }
}

function systemCode(cause: unknown): string {
  const inner = (cause as { cause?: NodeJS.ErrnoException }).cause;
  return inner?.code ?? (cause instanceof Error ? cause.message : "no reason given");
}

/** Whoever reads its answer a byte at a time is never idle, so the whole of it has a deadline. */
function inTime(answer: RequestListener): RequestListener {
  return (request, response) => {
    const deadline = setTimeout(() => response.destroy(), LIMITS.answerMs).unref();
    response.once("close", () => clearTimeout(deadline));
    return answer(request, response);
  };
}

/** Those under way. Once nobody listens any more each is the last of its connection: a gate that asks for the role again and again would never let it be idle. */
function answersOf(server: Server): ReadonlySet<ServerResponse> {
  const underWay = new Set<ServerResponse>();
  server.prependListener("request", (_, answer) => {
    underWay.add(answer);
    answer.once("close", () => underWay.delete(answer));
    if (!server.listening) answer.shouldKeepAlive = false;
  });
  return underWay;
}

/** Node does this itself when a server closes, but not when a process exits. */
function removeSocket({ socketPath }: Bound): void {
  try {
    if (socketPath !== undefined) rmSync(socketPath, { force: true });
  } catch {}
}
