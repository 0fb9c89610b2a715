import { type Line, replyTo, type Wire } from "./wire.ts";

/** Headers that say when and over which socket, not what. */
const INCIDENTAL = new Set(["date", "keep-alive"]);

/** Speaks Streamable HTTP in bytes: one POST a line, and the whole answer as text. */
export class HttpWire implements Wire {
  readonly #url: string;
  readonly #headersOf: (text: string) => Record<string, string>;
  #session: string | undefined;

  constructor(url: string, headersOf: (text: string) => Record<string, string>) {
    this.#url = url;
    this.#headersOf = headersOf;
  }

  async say({ send, headers = {} }: Line): Promise<string> {
    const response = await this.#post(send, headers);
    this.#session = response.headers.get("mcp-session-id") ?? this.#session;
    const body = await this.#bodyOf(response);
    const shown = [...response.headers]
      .filter(([name]) => !INCIDENTAL.has(name))
      .map(([name, value]) => `${name}: ${value}`);
    const text = [`HTTP ${response.status}`, ...shown, "", body].join("\n").replaceAll(/^id: .+$/gm, "id: <event>");
    return this.#session === undefined ? text : text.replaceAll(this.#session, "<session>");
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #post(body: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const session = this.#session === undefined ? {} : { "mcp-session-id": this.#session };
    const given = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    return fetch(this.#url, {
      method: "POST",
      headers: { ...given, ...session, ...this.#headersOf(body), ...headers },
      body,
    });
  }

  /** Reads to the end, and answers what the server asks on the way. */
  async #bodyOf(response: Response): Promise<string> {
    let body = "";
    let answered = 0;
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      body += chunk;
      const events = body.split("\n\n").slice(0, -1);
      for (const event of events.slice(answered)) await this.#answer(event);
      answered = events.length;
    }
    return body;
  }

  async #answer(event: string): Promise<void> {
    const data = event.split("\n").find((line) => line.startsWith("data: "));
    const reply = data === undefined || data === "data: " ? undefined : replyTo(data.slice("data: ".length));
    if (reply !== undefined) await (await this.#post(reply, {})).text();
  }
}

export function legacyHeaders(text: string): Record<string, string> {
  return text.includes('"initialize"') ? {} : { "mcp-protocol-version": "2025-11-25" };
}

/** The headers that revision 2026-07-28 wants to see repeated from the body. */
export function modernHeaders(text: string): Record<string, string> {
  const { method = "", params = {} } = JSON.parse(text) as {
    method?: string;
    params?: { name?: string; uri?: string };
  };
  const name = params.name ?? params.uri;
  return {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": name }),
  };
}
