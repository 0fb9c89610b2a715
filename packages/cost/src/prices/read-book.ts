import { MINUTE_MS } from "../calendar/zone.ts";
import { costError } from "../errors.ts";
import type { PriceBook, PriceVersion } from "./book.ts";
import { picoUnits } from "./decimal.ts";
import { ratesFrom } from "./rates.ts";
import { UNIT_KEYS, UNITS } from "./units.ts";
import type { WrittenBook, WrittenVersion } from "./written-book.ts";

/** Of the problems of a file; who has more mends these first. */
const MOST_TOLD = 20;

type Told = (where: string, what: string) => void;
type Map_ = Readonly<Record<string, unknown>>;

/**
 * Checks a price book as YAML or JSON gave it.
 * @throws OpsError COST_PRICES_INVALID, naming each key that is wrong and what would be right
 */
export function readPriceBook(read: unknown): PriceBook {
  const problems: string[] = [];
  checkBook(read, (where, what) => problems.push(where === "" ? what : `${where} ${what}`));
  if (problems.length === 0) return bookOf(read as WrittenBook);
  const more = problems.length > MOST_TOLD ? [`and ${problems.length - MOST_TOLD} more`] : [];
  const shown = [...problems.slice(0, MOST_TOLD), ...more].join("\n  ");
  throw costError("COST_PRICES_INVALID", `The price book cannot be used:\n  ${shown}`);
}

function bookOf({ currency, versions }: WrittenBook): PriceBook {
  return { currency, versions: versions.map(versionOf).sort((a, b) => a.fromMs - b.fromMs) };
}

function versionOf(written: WrittenVersion): PriceVersion {
  const { name, from, prices = {}, models = {}, servers = {} } = written;
  const rates = ratesFrom(prices, models);
  const own = Object.entries(servers).map(([server, its]) => [server, ratesFrom(its, models, rates)] as const);
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
  return { name, fromMs, written, rates, servers: new Map(own) };
}

function checkBook(read: unknown, tell: Told): void {
  const book = mapAt("", read, ["currency", "versions"], tell);
  if (book === undefined) return;
  if (!isCurrency(book.currency)) tell("currency", 'must be three letters of ISO 4217, such as "EUR"');
  if (!Array.isArray(book.versions) || book.versions.length === 0) {
    return tell("versions", "must be a list with at least one version of the prices");
  }
  for (const [at, version] of book.versions.entries()) checkVersion(`versions[${at}]`, version, tell);
  const maps = book.versions.filter(isMap);
  for (const name of twice(maps.map((version) => version.name))) {
    tell("versions", `has the name ${JSON.stringify(name)} twice. The ledger notes names, so give each its own`);
  }
  for (const ms of twice(maps.map(({ from }) => (typeof from === "string" ? Date.parse(from) : "")))) {
    const when = typeof ms === "number" && ms > 0 ? new Date(ms).toISOString() : "the beginning";
    tell("versions", `has two that hold from ${when}. Only one can: give the other another from`);
  }
}

function checkVersion(at: string, read: unknown, tell: Told): void {
  const version = mapAt(at, read, ["name", "from", "source", "prices", "models", "servers"], tell);
  if (version === undefined) return;
  const { name, from, source, prices = {}, models = {}, servers = {} } = version;
  if (typeof name !== "string" || !/^[\w.-]{1,64}$/.test(name)) {
    tell(`${at}.name`, 'must be 1 to 64 letters, digits and ._- such as "2026-11"');
  }
  if (from !== undefined && !isMinute(from)) {
    tell(`${at}.from`, "must be a moment with its offset, to the minute, such as 2026-11-21T12:00+01:00");
  }
  if (source !== undefined && typeof source !== "string") tell(`${at}.source`, "must be a text");
  const known = checkModels(`${at}.models`, models, tell);
  checkPrices(`${at}.prices`, prices, GENERAL_KEYS, known, tell);
  for (const [server, its] of entriesAt(`${at}.servers`, servers, tell)) {
    checkPrices(`${at}.servers.${server}`, its, SERVER_KEYS, known, tell);
  }
}

function checkModels(at: string, read: unknown, tell: Told): readonly string[] {
  const models = entriesAt(at, read, tell);
  for (const [name, written] of models) {
    const model = mapAt(`${at}.${name}`, written, ["inputMillionTokens"], tell);
    if (model !== undefined) checkPrice(`${at}.${name}.inputMillionTokens`, model.inputMillionTokens, tell);
  }
  return models.map(([name]) => name);
}

const GENERAL_KEYS: readonly string[] = [...UNIT_KEYS, "model", "call"];
const SERVER_KEYS: readonly string[] = [...GENERAL_KEYS, "tools"];

function checkPrices(at: string, read: unknown, keys: readonly string[], models: readonly string[], tell: Told): void {
  const prices = mapAt(at, read, keys, tell);
  if (prices === undefined) return;
  for (const key of [...UNIT_KEYS, "call"]) {
    if (prices[key] !== undefined) checkPrice(`${at}.${key}`, prices[key], tell);
  }
  const priced = UNIT_KEYS.filter((key) => prices[key] !== undefined);
  for (const kind of twice(priced.map((key) => UNITS[key].of))) {
    const both = priced.filter((key) => UNITS[key].of === kind).join(" and ");
    tell(at, `has ${both}: two prices of one thing. Keep the one your provider names`);
  }
  const { model, tools = {} } = prices;
  if (model !== undefined && !models.includes(model as string)) {
    const choice = models.length === 0 ? "the version has no models yet" : `models has ${models.join(", ")}`;
    tell(`${at}.model`, `must be a key of models, and ${choice}`);
  }
  for (const [tool, price] of entriesAt(`${at}.tools`, tools, tell)) checkPrice(`${at}.tools.${tool}`, price, tell);
}

function checkPrice(at: string, price: unknown, tell: Told): void {
  if (picoUnits(price) !== undefined) return;
  tell(
    at,
    "must be a price from 0 with at most 12 digits after the point, such as 0.0316; with more than 15 digits in quotes",
  );
}

function mapAt(at: string, read: unknown, keys: readonly string[], tell: Told): Map_ | undefined {
  if (!isMap(read)) {
    tell(at === "" ? "The book" : at, `must be a map with the keys ${keys.join(", ")}`);
    return undefined;
  }
  for (const key of Object.keys(read)) {
    if (!keys.includes(key)) tell(at === "" ? key : `${at}.${key}`, `is no key. There are ${keys.join(", ")}`);
  }
  return read;
}

/** Of a map whose keys are the writer's own. */
function entriesAt(at: string, read: unknown, tell: Told): readonly (readonly [string, unknown])[] {
  if (isMap(read)) return Object.entries(read);
  tell(at, "must be a map from names");
  return [];
}

function isMap(value: unknown): value is Map_ {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCurrency(value: unknown): boolean {
  return typeof value === "string" && Intl.supportedValuesOf("currency").includes(value);
}

/** An offset has to be there: without one it would be another moment on another machine. */
function isMinute(value: unknown): boolean {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:\d\d)$/;
  return typeof value === "string" && form.test(value) && Date.parse(value) % MINUTE_MS === 0;
}

function twice(values: readonly unknown[]): readonly unknown[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}
