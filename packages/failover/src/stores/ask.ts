import { once } from "node:events";
import { type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { OpsError } from "@mcp-ops/formats";
import { failoverError } from "../errors.ts";
import type { CallOptions } from "../lease-store.ts";

/** PEM texts with which a store is reached by TLS. */
export interface ClientTls {
  /** Who signed the store's certificate. Default: the authorities Node knows. */
  readonly ca?: string | undefined;
  /** This node's own certificate and key, where the store wants one. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface Question {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly tls?: ClientTls | undefined;
}

export interface Reply {
  readonly status: number;
  /** Undefined where the answer is no JSON. */
  readonly body: unknown;
}

/** No answer about a lease is longer. */
export const MAX_REPLY_BYTES: number = 256 * 1024;
/** After so much silence on a stream the system asks whether the other side is there. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Asks a store over HTTP. Each question has a connection of its own: one kept open may lie in a cut link, and would cost the time of a
 * renewal to find out. Rejects when there is no whole answer in time.
 */
export async function ask(question: Question, options: CallOptions): Promise<Reply> {
  const message = await openAnswer(question, deadlineOf(options));
  const text = await textOf(message);
  return { status: message.statusCode ?? 0, body: parsed(text) };
}

/** The beginning of an answer, whose rest comes as it comes, until the signal aborts. */
async function openAnswer(question: Question, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers = {}, body, tls } = question;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sized =
    text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  const send = url.protocol === "https:" ? overHttps : overHttp;
  const asked = send(url, { method, headers: { ...headers, ...sized }, agent: false, signal, ...tls });
  // What goes wrong later is told to whoever reads the message.
  asked.on("error", () => {});
  asked.end(text);
  // With the signal: one that switches protocols ends without a response and without an error.
  const [message] = (await once(asked, "response", { signal })) as [IncomingMessage];
  return message;
}

/** An answer that may go on for ever, but has to begin in time. */
export async function openStream(question: Question, { timeoutMs, signal }: CallOptions): Promise<IncomingMessage> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.max(1, timeoutMs));
  try {
    const message = await openAnswer(
      question,
      signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    );
    // A link that was cut says nothing; the system finds out.
    message.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return message;
  } finally {
    clearTimeout(timer);
  }
}

export function deadlineOf({ timeoutMs, signal }: CallOptions): AbortSignal {
  const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}

/** Says that a store cannot be reached, which never means that a lease is lost. */
export function unreachable(store: string, cause: unknown): OpsError {
  return failoverError(
    "FAILOVER_STORE_UNREACHABLE",
    `${store} gave no answer that can be used: ${reasonOf(cause)}. See that it runs, and that this machine reaches it.`,
    cause,
  );
}

/** The system's code, or the first words of the message. */
export function reasonOf(cause: unknown): string {
  const { code, name, message } = (cause ?? {}) as { code?: unknown; name?: string; message?: unknown };
  if (name === "TimeoutError" || code === "ABORT_ERR" || name === "AbortError") return "it took too long";
  return typeof code === "string" && !code.startsWith("FAILOVER_") ? code : String(message ?? cause).slice(0, 300);
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_REPLY_BYTES) throw new Error(`the answer is longer than ${MAX_REPLY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function urlOf(what: string, text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw failoverError(
    "FAILOVER_OPTIONS_INVALID",
    `${what} must be an http or https URL without a password in it, such as https://host:2379.`,
  );
}
