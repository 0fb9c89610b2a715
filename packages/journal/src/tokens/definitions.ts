import { createHash } from "node:crypto";
import type { Exchange, JsonObject, ResultOutcome } from "@mcp-ops/exchange";
import { MAX_LISTED_TOOLS } from "@mcp-ops/formats";
import { boundedJson } from "./bounded-json.ts";
import { tokensOfBytes } from "./count-reading.ts";
import { estimating } from "./estimate.ts";

/** A whole listing of tools that has not been told of today. */
export interface Listing {
  readonly server: string;
  readonly tokens: number;
  /** The weightiest first. */
  readonly tools: readonly (readonly [target: string, tokens: number])[];
}

/** What a page of a listing costs, and the whole listing where this page ends it. */
export interface ListedPage {
  readonly tokens: number;
  /** Tokens of the whole, on its last page. */
  readonly whole: number | undefined;
  /** Where the whole is to be told of. */
  readonly news: Listing | undefined;
}

interface Page {
  readonly tokens: number;
  readonly tools: readonly (readonly [string, number])[];
  readonly digest: string;
}

/** Of one tool; more is a mistake, and is cut off. */
const MAX_TOOL_CHARS = 32 * 1024;
/** A page above this is not looked at: a schema may have so many keys that listing them takes too long. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** Tools that are looked at in one page; the others are taken to be like them. */
const MAX_TOOLS = 1000;
/** Longer names are cut off. */
const MAX_NAME = 1000;
/** Listings under way, pages whose tokens are remembered, and listings told of today. */
const MAX_REMEMBERED = 1000;

const NO_PAGE: Page = { tokens: 0, tools: [], digest: "" };

/** Counts what listings of tools cost. A listing may come in pages, and differ by who asks. */
export class Definitions {
  readonly #underWay = new Map<string, Page>();
  readonly #counted = new Map<string, Page>();
  readonly #told = new Map<string, number>();

  /** A page has been listed on `day` (days since 1970). Counts it in small steps. */
  *saw(exchange: Exchange, outcome: ResultOutcome, day: number): Generator<void, ListedPage> {
    const { params } = exchange;
    const server = exchange.server.slice(0, MAX_NAME);
    const whose = JSON.stringify([server, exchange.principal]);
    const page = yield* this.#page(outcome);
    const { cursor } = params ?? {};
    const before = cursor === undefined ? NO_PAGE : this.#underWay.get(`${whose}${String(cursor)}`);
    if (before === undefined) return { tokens: page.tokens, whole: undefined, news: undefined };
    const soFar: Page = {
      tokens: before.tokens + page.tokens,
      tools: weightiest([...before.tools, ...page.tools]),
      digest: hashOf(before.digest + page.digest),
    };
    const { nextCursor } = outcome.result;
    if (typeof nextCursor === "string") {
      remember(this.#underWay, `${whose}${nextCursor}`, soFar);
      return { tokens: page.tokens, whole: undefined, news: undefined };
    }
    return { tokens: page.tokens, whole: soFar.tokens, news: this.#news(server, soFar, day) };
  }

  #news(server: string, { tokens, tools, digest }: Page, day: number): Listing | undefined {
    const key = `${server}\n${digest}`;
    if (this.#told.get(key) === day) return undefined;
    remember(this.#told, key, day);
    return { server, tokens, tools };
  }

  /** Clients list the same tools again and again: they are counted once. */
  *#page({ result, responseBytes }: ResultOutcome): Generator<void, Page> {
    if (responseBytes > MAX_PAGE_BYTES)
      return { tokens: tokensOfBytes(responseBytes), tools: [], digest: String(responseBytes) };
    const all = Array.isArray(result.tools) ? result.tools.length : 0;
    const listed = all === 0 ? [] : (result.tools as readonly unknown[]).slice(0, MAX_TOOLS);
    const hash = createHash("sha256");
    const texts: string[] = [];
    for (const tool of listed) {
      const text = definitionText(tool);
      hash.update(text);
      texts.push(text);
      yield;
    }
    const digest = hash.update(String(all)).digest("base64");
    const known = this.#counted.get(digest);
    if (known !== undefined) return known;
    const tokens = Math.round(((yield* estimating(texts)) * all) / Math.max(1, listed.length));
    const tools: [string, number][] = [];
    for (const [index, tool] of listed.entries())
      tools.push([nameOf(tool), yield* estimating([texts[index] as string])]);
    const page: Page = { tokens, tools, digest };
    remember(this.#counted, digest, page);
    return page;
  }
}

/** What clients hand to models of a tool: name, description and input schema. Titles, icons, annotations and output schemas stay with the client. */
function definitionText(tool: unknown): string {
  if (typeof tool !== "object" || tool === null) return "";
  const { name, description, inputSchema } = tool as JsonObject;
  return boundedJson({ name, description, inputSchema }, MAX_TOOL_CHARS);
}

function weightiest(tools: Page["tools"][number][]): Page["tools"] {
  return tools.sort((a, b) => b[1] - a[1]).slice(0, MAX_LISTED_TOOLS);
}

function nameOf(tool: unknown): string {
  const { name } = (tool ?? {}) as JsonObject;
  return String(name).slice(0, MAX_NAME);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

/** The oldest makes room. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
