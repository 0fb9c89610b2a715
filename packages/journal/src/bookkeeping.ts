import { type JournalStatus, journalStatus, judge, LISTEN_METHOD, OTHER, type TokenMethod } from "@mcp-ops/formats";
import type { Ended } from "./ended.ts";
import { SessionNames } from "./session-names.ts";
import { addDuration, type Slice, type SliceKey, Slices } from "./slices.ts";
import { type DayFigures, Today } from "./today.ts";
import { TokenTotals } from "./token-totals.ts";
import { countingRest, countingTexts } from "./tokens/count-reading.ts";
import { Definitions, type ListedPage, type Listing } from "./tokens/definitions.ts";
import { estimateShort } from "./tokens/estimate.ts";
import { isOfTool, isReadByModel, readByModel } from "./tokens/read-by-model.ts";
import { reportedUsage } from "./tokens/reported.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";

const MINUTES_A_DAY = 24 * 60;
const NOTHING = () => {};
const NO_TEXTS: readonly string[] = [];
/** Results up to this size are counted at once: that takes some ten microseconds at most. */
const MAX_SHORT_BYTES = 4096;
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
  readonly #waiting = new Set<{ readonly done: Promise<void>; readonly estimate: () => void }>();

  /** `told` hears of each listing that belongs into the journal. */
  constructor(tokenizer: Tokenizer | undefined, told: (listing: Listing, minute: number) => void) {
    this.#tokenizer = tokenizer;
    this.#told = told;
  }

  /** Counts one at once, where that takes less time than to keep it; false for all others. What throws has booked nothing. */
  bookNow(ended: Ended): boolean {
    const texts = this.#shortTextsOf(ended);
    if (texts === undefined) return false;
    const tokens = estimateShort(texts);
    const slice = this.#enter(ended);
    if (texts.length > 0) this.#add(slice, "estimate", tokens);
    return true;
  }

  /** Counts one, in small steps: what is large must not be counted in one go. What throws has booked nothing. */
  *book(ended: Ended): Generator<void, void> {
    const bookTokens = yield* this.#tokensOf(ended);
    bookTokens(this.#enter(ended));
  }

  /** Settles when the tokenizer has nothing left to count. */
  async counted(): Promise<void> {
    await Promise.all([...this.#waiting].map(({ done }) => done));
  }

  /** Takes the estimate for what the tokenizer has not counted yet. */
  countedNow(): void {
    for (const { estimate } of this.#waiting) estimate();
    this.#waiting.clear();
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

  /** Counts everything but the tokens of the result. */
  #enter(ended: Ended): Slice {
    const key = this.#keyOf(ended);
    const report = reportedUsage(ended.exchange.meta);
    const slice = this.slices.at(key);
    count(slice, ended);
    if (slice.method === "tools/call") this.#countCall(slice);
    if (report === "wrong") this.wrongReports++;
    else if (report !== undefined)
      for (const [tool, tokens] of report) this.#add(this.slices.at(this.#reportedKey(key, tool)), "reported", tokens);
    return slice;
  }

  #countCall(slice: Slice): void {
    const figures = this.#dayFigures(slice);
    figures.calls++;
    if (!SUCCESSES.has(slice.status)) figures.failed++;
  }

  #dayFigures(slice: Slice): DayFigures {
    slice.day ??= this.today.tool(dayOf(slice.minute), slice.server, slice.target);
    return slice.day;
  }

  /** What of the result a model reads, where it is a few short texts or nothing; undefined where it takes longer to tell. */
  #shortTextsOf({ exchange, outcome }: Ended): readonly string[] | undefined {
    if (outcome.kind !== "result" || outcome.gate !== undefined) return NO_TEXTS;
    const { method } = exchange;
    if (isOfTool(method))
      return this.#tokenizer === undefined && outcome.responseBytes <= MAX_SHORT_BYTES ? outcome.texts : undefined;
    return method === "tools/list" || isReadByModel(method) ? undefined : NO_TEXTS;
  }

  /** Reads what of the result a model reads, and gives what books it. */
  *#tokensOf({ exchange, outcome, minute }: Ended): Generator<void, (slice: Slice) => void> {
    if (outcome.kind !== "result" || outcome.gate !== undefined) return NOTHING;
    if (exchange.method === "tools/list") {
      const page = yield* this.#definitions.saw(exchange, outcome, dayOf(minute));
      return (slice) => this.#addListing(slice, page);
    }
    if (!isReadByModel(exchange.method)) return NOTHING;
    const reading = readByModel(exchange.method, outcome.result, outcome.responseBytes);
    const rest = yield* countingRest(reading);
    const estimated = yield* countingTexts(reading);
    const { texts, scale } = reading;
    const counting = texts.length === 0 ? undefined : this.#tokenizer?.count(texts);
    if (counting === undefined) return (slice) => this.#add(slice, "estimate", rest + estimated);
    const exact = counting.then((tokens) => tokens && Math.round(tokens * scale));
    return (slice) => {
      if (rest > 0) this.#add(slice, "estimate", rest);
      this.#addLater(slice, estimated, exact);
    };
  }

  /** By then the slice may have been written: another one of its key takes them. */
  #addLater(key: SliceKey, estimated: number, exact: Promise<number | undefined>): void {
    const estimate = () => this.#add(this.slices.at(key), "estimate", estimated);
    const done = exact.then((tokens) => {
      if (!this.#waiting.delete(one)) return;
      if (tokens === undefined) estimate();
      else this.#add(this.slices.at(key), "tokenizer", tokens);
    });
    const one = { done, estimate };
    this.#waiting.add(one);
  }

  #addListing(slice: Slice, { tokens, whole, news }: ListedPage): void {
    const { server, minute } = slice;
    slice.tokens.estimate = (slice.tokens.estimate ?? 0) + tokens;
    this.totals.at(server, "", "definition", "estimate").value += tokens;
    if (whole !== undefined && (this.definitionTokens.has(server) || this.definitionTokens.size < MAX_SERVERS))
      this.definitionTokens.set(server, whole);
    if (news !== undefined) this.#told(news, minute);
  }

  /** A tool is believed to be one when it was called here today: the client may name anything. */
  #reportedKey(key: SliceKey, tool: string): SliceKey {
    const known = this.today.of(dayOf(key.minute), key.server).tools.has(tool);
    return { ...key, method: "tools/call", target: known ? tool : OTHER, status: "success" };
  }

  #add(slice: Slice, method: TokenMethod, tokens: number): void {
    slice.tokens[method] = (slice.tokens[method] ?? 0) + tokens;
    slice.totals[method] ??= this.totals.at(slice.server, slice.target, "result", method);
    slice.totals[method].value += tokens;
    if (slice.method !== "tools/call") return;
    const figures = this.#dayFigures(slice);
    figures.tokens[method] = (figures.tokens[method] ?? 0) + tokens;
  }
}

/** Longer names are cut off: a journal has lines, not documents. */
const MAX_NAME = 1000;
const MAX_SERVERS = 1000;

function count(slice: Slice, { exchange, outcome, cpuUs }: Ended): void {
  slice.count++;
  slice.requestBytes += exchange.requestBytes;
  slice.responseBytes += outcome.responseBytes;
  if (exchange.method !== LISTEN_METHOD) addDuration(slice, outcome.durationMs);
  if (cpuUs === undefined) return;
  slice.cpuUs += cpuUs;
  slice.cpuCalls++;
}

function dayOf(minute: number): number {
  return Math.floor(minute / MINUTES_A_DAY);
}
