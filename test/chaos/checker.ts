import type { Expectation, Happening } from "./history.ts";

/** A time in which some process believed that its node leads: from its first answer until it stopped, or the deadline it knew. */
export interface Reign {
  readonly node: string;
  readonly token: bigint;
  readonly from: number;
  readonly to: number;
}

/** What must never be in a history, each as a sentence. Pure: it knows nothing but the history. */
export function faultsOf(history: readonly Happening[]): readonly string[] {
  const reigns = reignsOf(history);
  return [
    ...goneBack(history),
    ...shared(history),
    ...letIn(history, reigns),
    ...overlaps(reigns),
    ...older(reigns),
    ...unmet(history, reigns),
  ];
}

/** Who believed to lead, in the order of their beginnings. */
export function reignsOf(history: readonly Happening[]): readonly Reign[] {
  const ended: Reign[] = [];
  const open = new Map<string, Reign>();
  for (const one of byTime(history)) {
    if (one.what !== "believed" && one.what !== "ended") continue;
    const before = open.get(one.node);
    if (before !== undefined && (one.what === "ended" || String(before.token) !== one.token || before.to < one.at)) {
      ended.push({ ...before, to: Math.min(before.to, one.at) });
      open.delete(one.node);
    }
    if (one.what === "ended") continue;
    const known = open.get(one.node);
    // A shorter belief replaces a longer one: it is what the process holds now.
    open.set(one.node, { node: one.node, token: BigInt(one.token), from: known?.from ?? one.at, to: one.until });
  }
  return [...ended, ...open.values()].sort((a, b) => a.from - b.from);
}

/** Each sink takes the writes of a newer token, and never again those of an older one. */
function* goneBack(history: readonly Happening[]): Generator<string> {
  let highest = 0n;
  for (const one of history) {
    if (one.what !== "accepted") continue;
    const token = BigInt(one.token);
    if (token < highest)
      yield `The token went back: a write of ${one.node} with ${token} was done after one with ${highest}.`;
    if (token > highest) highest = token;
  }
}

/** A token is given once, and only whom it was given leads or writes with it. */
function* shared(history: readonly Happening[]): Generator<string> {
  const owners = new Map<string, string>();
  for (const one of history) {
    if (one.what !== "granted") continue;
    const owner = owners.get(one.token);
    if (owner !== undefined) yield `The token ${one.token} was given twice: to ${owner} and to ${one.node}.`;
    owners.set(one.token, one.node);
  }
  const isRecorded = owners.size > 0;
  const told = new Set<string>();
  for (const one of history) {
    if (one.what !== "accepted" && one.what !== "believed") continue;
    const owner = owners.get(one.token);
    const did = one.what === "accepted" ? "wrote" : "led";
    const key = `${one.token} ${one.node} ${did}`;
    if (owner === one.node || told.has(key)) continue;
    told.add(key);
    if (owner !== undefined) yield `The token ${one.token} is ${owner}'s, and ${one.node} ${did} with it.`;
    else if (isRecorded) yield `${one.node} ${did} with the token ${one.token}, which nobody was given.`;
    else owners.set(one.token, one.node);
  }
}

/** A gate lets in no call that began when another led already, whether the sink took what came of it or not. */
function* letIn(history: readonly Happening[], reigns: readonly Reign[]): Generator<string> {
  for (const one of history) {
    if (one.what !== "called") continue;
    const isNewer = ({ node, token, from }: Reign) =>
      node !== one.node && token > BigInt(one.token) && from < one.begun;
    const newer = reigns.find(isNewer);
    if (newer !== undefined)
      yield `${one.node} let a call in under ${one.token} that began ${(one.begun - newer.from).toFixed(1)} ms after ${newer.node} led with ${newer.token}.`;
  }
}

/** Who leads later leads with a larger token. */
function* older(reigns: readonly Reign[]): Generator<string> {
  let newest: Reign | undefined;
  for (const one of reigns) {
    if (newest !== undefined && one.token < newest.token)
      yield `The token went back: ${one.node} led with ${one.token} after ${newest.node} with ${newest.token}.`;
    else newest = one;
  }
}

function* overlaps(reigns: readonly Reign[]): Generator<string> {
  for (const [at, one] of reigns.entries()) {
    for (const other of reigns.slice(at + 1)) {
      if (other.from >= one.to) break;
      const ms = Math.min(one.to, other.to) - other.from;
      if (ms > 0)
        yield `Two led for ${ms.toFixed(1)} ms: ${one.node} with ${one.token} and ${other.node} with ${other.token}.`;
    }
  }
}

function* unmet(history: readonly Happening[], reigns: readonly Reign[]): Generator<string> {
  const end = history.reduce((latest, { at }) => Math.max(latest, at), 0);
  for (const one of history) {
    if (one.what !== "expected" || isMet(one, reigns, history)) continue;
    // What was still to come when the run was broken off, nobody knows.
    if (one.leader === "none" || one.at + one.withinMs <= end)
      yield `${one.because}: ${WANTED[one.leader]} within ${one.withinMs} ms.`;
  }
}

type Expected = Expectation & { readonly at: number };

const WANTED = { any: "nobody led", new: "no other led", none: "somebody led all the same" } as const;

/** That somebody leads must be said anew: the deadline of one that was killed may still be to come. */
function isMet(wanted: Expected, reigns: readonly Reign[], history: readonly Happening[]): boolean {
  const from = wanted.at + (wanted.afterMs ?? 0);
  const by = endOf(wanted, history);
  const leading = reigns.filter((reign) => reign.from <= by && reign.to >= from);
  if (wanted.leader === "none") return leading.length === 0;
  if (wanted.leader === "any") return history.some((one) => one.what === "believed" && one.at >= from && one.at <= by);
  const known = BigInt(wanted.token ?? "0");
  return leading.some(({ token }) => token > known);
}

/** A machine that stood still is no fault of failover: what is awaited may come so much later. What must not be gets nothing for it. */
function endOf(wanted: Expected, history: readonly Happening[]): number {
  const end = wanted.at + wanted.withinMs;
  if (wanted.leader === "none") return end;
  let by = end;
  for (;;) {
    const later = end + stalledMs(history, wanted.at, by);
    if (later <= by) return by;
    by = later;
  }
}

function stalledMs(history: readonly Happening[], from: number, to: number): number {
  let ms = 0;
  for (const one of history)
    if (one.what === "stalled") ms += Math.max(0, Math.min(one.at, to) - Math.max(one.at - one.ms, from));
  return ms;
}

/** What different processes said arrives in any order. */
function byTime(history: readonly Happening[]): readonly Happening[] {
  return history.toSorted((a, b) => a.at - b.at);
}
