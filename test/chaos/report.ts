import { faultsOf, reignsOf } from "./checker.ts";
import type { Happening } from "./history.ts";

/** One kind of fault: how often, and how long until another led, in milliseconds. */
interface Line {
  readonly fault: string;
  readonly times: number;
  readonly tookMs: readonly number[];
}

/** What a run was like, as a table and a few figures, and everything that must not be. */
export function report(history: readonly Happening[]): string {
  const count = (wanted: (one: Happening) => boolean) => history.filter(wanted).length;
  const figures = [
    `${count(({ what }) => what === "round")} rounds`,
    `${reignsOf(history).length} reigns`,
    `${count(({ what }) => what === "accepted")} writes accepted`,
    `${count((one) => one.what === "refused" && one.status === 409)} stale writes refused by the sink`,
    `${count((one) => one.what === "refused" && one.status === 428)} without a token`,
    `the machine stood still for ${history.reduce((ms, one) => ms + (one.what === "stalled" ? one.ms : 0), 0)} ms`,
  ];
  const faults = faultsOf(history);
  const table = linesOf(history).map(({ fault, times, tookMs }) => `| ${fault} | ${times} | ${spread(tookMs)} |`);
  const verdict = faults.length === 0 ? "Nothing that must not be." : faults.map((one) => `BROKEN: ${one}`).join("\n");
  return [
    "| fault | times | another led after (min/median/max) |",
    "| --- | --- | --- |",
    ...table,
    "",
    figures.join(", "),
    verdict,
  ].join("\n");
}

export function spread(given: readonly number[]): string {
  if (given.length === 0) return "–";
  const sorted = given.toSorted((a, b) => a - b).map(Math.round);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].join(" / ");
}

function linesOf(history: readonly Happening[]): readonly Line[] {
  const lines = new Map<string, { times: number; tookMs: number[] }>();
  const reigns = reignsOf(history);
  for (const one of history) {
    if (one.what === "fault") lineOf(lines, one.fault).times++;
    if (one.what !== "expected" || one.leader !== "new") continue;
    const next = reigns.find(({ from, token }) => from > one.at && token > BigInt(one.token ?? "0"));
    const [fault = ""] = one.because.split(",");
    if (next !== undefined) lineOf(lines, fault).tookMs.push(next.from - one.at);
  }
  return [...lines].map(([fault, line]) => ({ fault, ...line })).sort((a, b) => a.fault.localeCompare(b.fault));
}

function lineOf<T>(lines: Map<string, { times: number; tookMs: T[] }>, fault: string) {
  const known = lines.get(fault) ?? { times: 0, tookMs: [] };
  lines.set(fault, known);
  return known;
}
