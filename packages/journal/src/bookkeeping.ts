import type { Exchange, ResultOutcome } from "@mcp-ops/exchange";
import { type JournalStatus, journalStatus, judge, LISTEN_METHOD, OTHER, type TokenMethod } from "@mcp-ops/formats";
import type { Ended } from "./ended.ts";
import { SessionNames } from "./session-names.ts";
import { addDuration, type SliceKey, Slices } from "./slices.ts";
import { Today } from "./today.ts";
import { TokenTotals } from "./token-totals.ts";
import { countingRest, countingTexts } from "./tokens/count-reading.ts";
import { Definitions, type Listing } from "./tokens/definitions.ts";
import { atOnce } from "./tokens/estimate.ts";
import { isReadByModel, type Reading, readByModel } from "./tokens/read-by-model.ts";
import { reportedUsage } from "./tokens/reported.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";

const MINUTES_A_DAY = 24 * 60;
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

  /** Counts one, in small steps: what is large must not be counted in one go. */
  *book(ended: Ended): Generator<void, void> {
    const { exchange, outcome } = ended;
    const key = this.#keyOf(ended);
    const slice = this.slices.at(key);
    slice.count++;
    slice.requestBytes += exchange.requestBytes;
    slice.responseBytes += outcome.responseBytes;
    if (exchange.method !== LISTEN_METHOD) addDuration(slice, outcome.durationMs);
    if (ended.cpuUs !== undefined) {
      slice.cpuUs += ended.cpuUs;
      slice.cpuCalls++;
    }
    if (key.method === "tools/call") this.#noteCall(key);
    this.#noteReport(key, exchange);
    if (outcome.kind !== "result" || outcome.gate !== undefined) return;
    if (exchange.method === "tools/list") yield* this.#countListing(key, exchange, outcome);
    else if (isReadByModel(exchange.method))
      yield* this.#countResult(key, readByModel(exchange.method, outcome.result, outcome.responseBytes));
  }

  /** Settles when the tokenizer has nothing left to count. */
  async counted(): Promise<void> {
    await Promise.all(this.#counting);
  }

  #keyOf({ exchange, outcome, minute }: Ended): SliceKey {
    return {
      minute,
      server: exchange.server,
      method: exchange.knownMethod ?? OTHER,
      target: exchange.target === undefined ? "" : (exchange.knownTarget ?? OTHER),
      status: journalStatus(judge(exchange, outcome)),
      principal: exchange.principal?.slice(0, MAX_NAME),
      session: exchange.session === undefined ? undefined : this.#sessions.of(exchange.session),
    };
  }

  #noteCall({ minute, server, target, status }: SliceKey): void {
    const figures = this.today.tool(dayOf(minute), server, target);
    figures.calls++;
    if (!SUCCESSES.has(status)) figures.failed++;
  }

  *#countResult(key: SliceKey, reading: Reading): Generator<void, void> {
    const rest = yield* countingRest(reading);
    if (rest > 0) this.#add(key, "estimate", rest);
    if (reading.texts.length === 0) return;
    const counting = this.#tokenizer?.count(reading.texts);
    if (counting === undefined) return this.#add(key, "estimate", yield* countingTexts(reading));
    const done = counting.then((tokens) => {
      this.#counting.delete(done);
      if (tokens === undefined) this.#add(key, "estimate", atOnce(countingTexts(reading)));
      else this.#add(key, "tokenizer", Math.round(tokens * reading.scale));
    });
    this.#counting.add(done);
  }

  *#countListing(key: SliceKey, exchange: Exchange, outcome: ResultOutcome): Generator<void, void> {
    const { tokens, whole, news } = yield* this.#definitions.saw(exchange, outcome, dayOf(key.minute));
    const slice = this.slices.at(key);
    slice.tokens.estimate = (slice.tokens.estimate ?? 0) + tokens;
    this.totals.add(key.server, "", "definition", "estimate", tokens);
    if (whole !== undefined && (this.definitionTokens.has(key.server) || this.definitionTokens.size < MAX_SERVERS))
      this.definitionTokens.set(key.server, whole);
    if (news !== undefined) this.#told(news, key.minute);
  }

  #noteReport(key: SliceKey, exchange: Exchange): void {
    const report = reportedUsage(exchange.meta);
    if (report === undefined) return;
    if (report === "wrong") this.wrongReports++;
    else for (const [tool, tokens] of report) this.#add(this.#reportedKey(key, tool), "reported", tokens);
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

/** Longer names of principals are cut off: a journal has lines, not documents. */
const MAX_NAME = 256;
const MAX_SERVERS = 1000;

function dayOf(minute: number): number {
  return Math.floor(minute / MINUTES_A_DAY);
}
