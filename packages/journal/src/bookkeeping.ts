import { type JournalStatus, journalStatus, judge, LISTEN_METHOD, OTHER, type TokenMethod } from "@mcp-ops/formats";
import type { Ended } from "./ended.ts";
import { SessionNames } from "./session-names.ts";
import { addDuration, type SliceKey, Slices } from "./slices.ts";
import { Today } from "./today.ts";
import { TokenTotals } from "./token-totals.ts";
import { countingRest, countingTexts } from "./tokens/count-reading.ts";
import { Definitions, type ListedPage, type Listing } from "./tokens/definitions.ts";
import { atOnce } from "./tokens/estimate.ts";
import { isReadByModel, type Reading, readByModel } from "./tokens/read-by-model.ts";
import { reportedUsage } from "./tokens/reported.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";

const MINUTES_A_DAY = 24 * 60;
const NOTHING = () => {};
const SUCCESSES: ReadonlySet<JournalStatus> = new Set(["success", "input_required", "task"]);

/** Counts ended exchanges: for the journal, for the metrics, and for what the process says of its own day. */
export class Bookkeeping {
  readonly slices: Slices = new Slices();
  readonly totals: TokenTotals = new TokenTotals();
  readonly today: Today = new Today();
  /** Tokens of the newest whole listing, by server. */
  readonly definitionTokens: Map<string, number> = new Map();
  /** Reports of clients that were none. */
  wrongReports = 0;
  readonly #sessions = new SessionNames();
  readonly #definitions = new Definitions();
  readonly #tokenizer: Tokenizer | undefined;
  readonly #told: (listing: Listing, minute: number) => void;
  readonly #counting = new Set<Promise<void>>();

  /** `told` hears of each listing that belongs into the journal. */
  constructor(tokenizer: Tokenizer | undefined, told: (listing: Listing, minute: number) => void) {
    this.#tokenizer = tokenizer;
    this.#told = told;
  }

  /** Counts one, in small steps: what is large must not be counted in one go. What throws has booked nothing. */
  *book(ended: Ended): Generator<void, void> {
    const key = this.#keyOf(ended);
    const bookTokens = yield* this.#tokensOf(ended);
    const report = reportedUsage(ended.exchange.meta);
    this.#count(key, ended);
    bookTokens(key);
    if (report === "wrong") this.wrongReports++;
    else for (const [tool, tokens] of report ?? []) this.#add(this.#reportedKey(key, tool), "reported", tokens);
  }

  /** Settles when the tokenizer has nothing left to count. */
  async counted(): Promise<void> {
    await Promise.all(this.#counting);
  }

  #keyOf({ exchange, outcome, minute }: Ended): SliceKey {
    return {
      minute,
      server: exchange.server.slice(0, MAX_NAME),
      method: (exchange.knownMethod ?? OTHER).slice(0, MAX_NAME),
      target: exchange.target === undefined ? "" : (exchange.knownTarget ?? OTHER).slice(0, MAX_NAME),
      status: journalStatus(judge(exchange, outcome)),
      principal: exchange.principal?.slice(0, MAX_NAME),
      session: exchange.session === undefined ? undefined : this.#sessions.of(exchange.session),
    };
  }

  #count(key: SliceKey, { exchange, outcome, cpuUs }: Ended): void {
    const slice = this.slices.at(key);
    slice.count++;
    slice.requestBytes += exchange.requestBytes;
    slice.responseBytes += outcome.responseBytes;
    if (exchange.method !== LISTEN_METHOD) addDuration(slice, outcome.durationMs);
    if (cpuUs !== undefined) {
      slice.cpuUs += cpuUs;
      slice.cpuCalls++;
    }
    if (key.method !== "tools/call") return;
    const figures = this.today.tool(dayOf(key.minute), key.server, key.target);
    figures.calls++;
    if (!SUCCESSES.has(key.status)) figures.failed++;
  }

  /** Reads what of the result a model reads, and gives what books it. */
  *#tokensOf({ exchange, outcome, minute }: Ended): Generator<void, (key: SliceKey) => void> {
    if (outcome.kind !== "result" || outcome.gate !== undefined) return NOTHING;
    if (exchange.method === "tools/list") {
      const page = yield* this.#definitions.saw(exchange, outcome, dayOf(minute));
      return (key) => this.#addListing(key, page);
    }
    if (!isReadByModel(exchange.method)) return NOTHING;
    const reading = readByModel(exchange.method, outcome.result, outcome.responseBytes);
    const rest = yield* countingRest(reading);
    const counting = reading.texts.length === 0 ? undefined : this.#tokenizer?.count(reading.texts);
    if (counting !== undefined) {
      return (key) => {
        if (rest > 0) this.#add(key, "estimate", rest);
        this.#addLater(key, reading, counting);
      };
    }
    const tokens = rest + (yield* countingTexts(reading));
    return (key) => this.#add(key, "estimate", tokens);
  }

  #addLater(key: SliceKey, reading: Reading, counting: Promise<number | undefined>): void {
    const done = counting.then((tokens) => {
      this.#counting.delete(done);
      if (tokens === undefined) this.#add(key, "estimate", atOnce(countingTexts(reading)));
      else this.#add(key, "tokenizer", Math.round(tokens * reading.scale));
    });
    this.#counting.add(done);
  }

  #addListing(key: SliceKey, { tokens, whole, news }: ListedPage): void {
    const slice = this.slices.at(key);
    slice.tokens.estimate = (slice.tokens.estimate ?? 0) + tokens;
    this.totals.add(key.server, "", "definition", "estimate", tokens);
    if (whole !== undefined && (this.definitionTokens.has(key.server) || this.definitionTokens.size < MAX_SERVERS))
      this.definitionTokens.set(key.server, whole);
    if (news !== undefined) this.#told(news, key.minute);
  }

  /** A tool is believed to be one when it was called here today: the client may name anything. */
  #reportedKey(key: SliceKey, tool: string): SliceKey {
    const known = this.today.of(dayOf(key.minute), key.server).tools.has(tool);
    return { ...key, method: "tools/call", target: known ? tool : OTHER, status: "success" };
  }

  #add(key: SliceKey, method: TokenMethod, tokens: number): void {
    const slice = this.slices.at(key);
    slice.tokens[method] = (slice.tokens[method] ?? 0) + tokens;
    this.totals.add(key.server, key.target, "result", method, tokens);
    if (key.method !== "tools/call") return;
    const figures = this.today.tool(dayOf(key.minute), key.server, key.target);
    figures.tokens[method] = (figures.tokens[method] ?? 0) + tokens;
  }
}

/** Longer names are cut off: a journal has lines, not documents. */
const MAX_NAME = 1000;
const MAX_SERVERS = 1000;

function dayOf(minute: number): number {
  return Math.floor(minute / MINUTES_A_DAY);
}
