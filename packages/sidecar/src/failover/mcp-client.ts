import { OPS_RPC } from "@mcp-ops/formats";
import { askHttp, type HttpReply } from "../http-question.ts";

/** Revisions as the questions of this client name them. */
const MODERN = "2026-07-28";
const LEGACY = "2025-06-18";
const CLIENT = { name: "mcp-ops-probe", version: "1" };
/** Of `tools/list`; a server that has more pages is asked no further. */
const MAX_PAGES = 20;
const LEAVE_MS = 1_000;

interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: number;
  readonly method: string;
  readonly params?: object;
}

interface Tool {
  readonly name?: unknown;
}

/** A client that asks a server over HTTP what any client would, once: `server/discover`, or `initialize` for servers that know sessions only. */
export class McpClient {
  readonly #url: URL;
  readonly #token: string | undefined;
  readonly #signal: AbortSignal;
  #session: string | undefined;
  #revision: string = MODERN;
  #id = 0;

  constructor(url: URL, token: string | undefined, signal: AbortSignal) {
    this.#url = url;
    this.#token = token;
    this.#signal = signal;
  }

  /** Throws when the server answers neither way. */
  async greet(): Promise<"modern" | "legacy"> {
    try {
      await this.#ask("server/discover", {});
      return "modern";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.greetLegacy();
      return "legacy";
    }
  }

  async greetLegacy(): Promise<void> {
    this.#revision = LEGACY;
    await this.#ask("initialize", { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT });
    await this.#post({ jsonrpc: "2.0", method: "notifications/initialized" });
  }

  async toolNames(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { tools, nextCursor } = await this.#ask("tools/list", cursor === undefined ? {} : { cursor });
      for (const { name } of Array.isArray(tools) ? (tools as readonly Tool[]) : []) names.add(String(name));
      if (typeof nextCursor !== "string") break;
      cursor = nextCursor;
    }
    return names;
  }

  /** Throws when the tool says that it failed, too. */
  async call(name: string, args: Readonly<Record<string, unknown>>): Promise<void> {
    const { isError } = await this.#ask("tools/call", { name, arguments: args });
    if (isError === true) throw new Error(`the tool ${name} failed`);
  }

  /** Ends the session, where there is one; also when the time of the probe is over, or a slow server would gather them. */
  async leave(): Promise<void> {
    if (this.#session === undefined) return;
    const signal = AbortSignal.timeout(LEAVE_MS);
    await askHttp(this.#url, { method: "DELETE", headers: this.#headers(undefined), signal }).catch(() => {});
  }

  async #ask(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#id;
    const isModern = this.#revision === MODERN;
    const reply = await this.#post({
      jsonrpc: "2.0",
      id,
      method,
      params: isModern ? { ...params, _meta: META } : params,
    });
    const answer = answerIn(reply, id);
    if (answer?.error !== undefined || (answer === undefined && reply.status >= 400 && reply.status < 500)) {
      throw new Refused(`${method} was refused (HTTP ${reply.status}${codeOf(answer?.error)})`, answer?.error?.code);
    }
    if (answer?.result === undefined) throw new Error(`${method} got no answer of MCP (HTTP ${reply.status})`);
    const { "mcp-session-id": session } = reply.headers;
    if (typeof session === "string") this.#session = session;
    return answer.result;
  }

  #post(message: Message): Promise<HttpReply> {
    const { id } = message;
    return askHttp(this.#url, {
      method: "POST",
      headers: this.#headers(message),
      body: JSON.stringify(message),
      signal: this.#signal,
      // A stream may stay open after its answer.
      isEnough: (text) => id !== undefined && /\n\r?\n$/.test(text.slice(-3)) && inEvents(text, id) !== undefined,
    });
  }

  #headers(message: Message | undefined): Record<string, string> {
    const { name } = (message?.params ?? {}) as { name?: unknown };
    return {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...((this.#revision === MODERN || this.#session !== undefined) && { "mcp-protocol-version": this.#revision }),
      ...(this.#revision === MODERN && message !== undefined && { "mcp-method": message.method }),
      ...(this.#revision === MODERN && typeof name === "string" && { "mcp-name": headerText(name) }),
      ...(this.#session !== undefined && { "mcp-session-id": this.#session }),
      ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
    };
  }
}

const META = {
  "io.modelcontextprotocol/protocolVersion": MODERN,
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": CLIENT,
};

/** The server has answered, and does not do this. */
class Refused extends Error {
  /** Of JSON-RPC, where it gave one. */
  readonly code: unknown;

  constructor(message: string, code: unknown) {
    super(message);
    this.code = code;
  }
}

/** It is the role gate that has answered: this node does not lead. */
export function isRoleRefusal(error: unknown): boolean {
  return error instanceof Refused && error.code === OPS_RPC.notPrimary;
}

interface Answer {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code?: unknown };
}

function answerIn({ headers, text }: HttpReply, id: number): Answer | undefined {
  if (String(headers["content-type"]).startsWith("text/event-stream")) return inEvents(text, id);
  return parse(text);
}

function inEvents(text: string, id: number): Answer | undefined {
  const data = text.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return data.map((line) => parse(line.slice("data:".length))).find((answer) => answer?.id === id);
}

function parse(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(error: Answer["error"]): string {
  return typeof error?.code === "number" ? `, ${error.code}` : "";
}

/** MCP 2026-07-28, streamable HTTP: a value that is not plain ASCII is wrapped. */
function headerText(name: string): string {
  return /^[\x20-\x7e]+$/.test(name) ? name : `=?base64?${Buffer.from(name).toString("base64")}?=`;
}
