import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import { type Family, type Format, type Label, labelText, type Sample, SUFFIXES, TYPES, UNTYPED } from "./family.ts";

/** Longer lines are no metrics. */
const MAX_LINE_CHARS = 64 * 1024;

/** Reads a page. One line that cannot be read makes the whole page unreadable: half a page would look like a change of the figures. */
export function parseExposition(
  text: string,
  format: Format,
  relabel: Relabel = (labels) => labels,
): readonly Family[] {
  const page = new Page(format, relabel);
  // To Prometheus this is the end of the page.
  if (text.includes("\0")) throw unreadable(1);
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (line === "# EOF") return page.families();
    if (!page.read(line.endsWith("\r") ? line.slice(0, -1) : line)) throw unreadable(number);
  }
  // Without its end a page of OpenMetrics has been cut off.
  if (format === "openMetrics") throw unreadable(number);
  return page.families();
}

/** Changes the labels of a sample as it is read. */
export type Relabel = (labels: readonly Label[]) => readonly Label[];

interface Draft {
  readonly name: string;
  type: string | undefined;
  help: string | undefined;
  unit: string | undefined;
  readonly samples: Sample[];
}

class Page {
  readonly #format: Format;
  readonly #relabel: Relabel;
  readonly #drafts = new Map<string, Draft>();

  constructor(format: Format, relabel: Relabel) {
    this.#format = format;
    this.#relabel = relabel;
  }

  /** Takes one line in; whether it could be read. */
  read(line: string): boolean {
    if (line.length > MAX_LINE_CHARS) return false;
    if (line === "") return true;
    if (line.startsWith("#")) {
      this.#describe(line);
      return true;
    }
    const sample = parseSample(line, this.#relabel);
    if (sample === undefined) return false;
    this.#familyOf(sample.name).samples.push(sample);
    return true;
  }

  families(): readonly Family[] {
    return [...this.#drafts.values()].map(({ name, type = UNTYPED[this.#format], help, unit, samples }) => ({
      name,
      type,
      ...(help !== undefined && { help }),
      ...(unit !== undefined && { unit }),
      samples,
    }));
  }

  #describe(line: string): void {
    const match = /^# (HELP|TYPE|UNIT) ([A-Za-z_:][\w:]*)(?: (.*))?$/.exec(line);
    if (match === null) return;
    const [, what, name, text = ""] = match as unknown as [string, string, string, string | undefined];
    const draft = this.#draft(name);
    if (what === "TYPE") draft.type ??= TYPES[this.#format].has(text) ? text : UNTYPED[this.#format];
    else if (what === "HELP") draft.help ??= text;
    else draft.unit ??= text;
  }

  #familyOf(sample: string): Draft {
    const suffix = /_(?:total|bucket|sum|count|created|info|gsum|gcount)$/.exec(sample)?.[0];
    const base = suffix && this.#drafts.get(sample.slice(0, -suffix.length));
    if (base && this.#suffixesOf(base).includes(suffix)) return base;
    return this.#draft(sample);
  }

  #suffixesOf({ type = "" }: Draft): readonly string[] {
    return SUFFIXES[this.#format][type] ?? [""];
  }

  #draft(name: string): Draft {
    let draft = this.#drafts.get(name);
    if (draft === undefined) {
      draft = { name, type: undefined, help: undefined, unit: undefined, samples: [] };
      this.#drafts.set(name, draft);
    }
    return draft;
  }
}

const NAME = /[A-Za-z_:][\w:]*/y;
const LABEL = /[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|\})/y;
const VALUE = /[ \t]*(\S+)(?:[ \t]+([-+.\deE]+))?[ \t]*(?:# (\{.*))?$/y;

/**
 * As strict as Prometheus: what it would stumble over here would cost it the whole page, with every other server on it. The
 * timestamp is left out: what is scraped through us is true now, and an old one would make Prometheus refuse it.
 */
function parseSample(line: string, relabel: Relabel): Sample | undefined {
  const name = matchAt(NAME, line, 0)?.[0];
  if (name === undefined) return undefined;
  const { labels, end } = parseLabels(line, name.length);
  const match = end === undefined ? null : matchAt(VALUE, line, end);
  const [, value, , exemplar] = match ?? [];
  if (value === undefined || !isNumber(value) || !isExemplar(exemplar)) return undefined;
  return { name, labels: labelText(relabel(labels)), value, ...(exemplar !== undefined && { exemplar }) };
}

function parseLabels(
  line: string,
  from: number,
): { readonly labels: readonly Label[]; readonly end: number | undefined } {
  const labels: Label[] = [];
  const names = new Set(["__name__"]);
  if (line[from] !== "{") return { labels, end: from };
  if (/^\{[ \t]*\}/.test(line.slice(from))) return { labels, end: line.indexOf("}", from) + 1 };
  for (let at = from + 1; ; ) {
    const [whole, name, value, next] = (matchAt(LABEL, line, at) ?? []) as readonly (string | undefined)[];
    if (whole === undefined || name === undefined || value === undefined || names.has(name))
      return { labels, end: undefined };
    names.add(name);
    labels.push([name, value]);
    at += whole.length;
    if (next === "}") return { labels, end: at };
    if (line[at] === "}") return { labels, end: at + 1 };
  }
}

function isExemplar(text: string | undefined): boolean {
  if (text === undefined) return true;
  const { end } = parseLabels(text, 0);
  const [, value, , more] = (end === undefined ? null : matchAt(VALUE, text, end)) ?? [];
  return value !== undefined && isNumber(value) && more === undefined;
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

function isNumber(value: string): boolean {
  if (/^[+-]?(?:inf|nan)$/i.test(value)) return true;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value));
}

/** Without the line itself, which may hold anything. */
function unreadable(line: number): OpsError {
  return new OpsError(
    SIDECAR_ERROR.scrapeUnreadable,
    `Line ${line} of the page is neither Prometheus' text format nor OpenMetrics. Read the page of this server to see what is wrong with it.`,
  );
}
