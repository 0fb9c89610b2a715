/** What clients notice of a failover, behind HAProxy, nginx and our proxy at once: the same faults for all of them. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PATIENCE } from "../sidecar/house.ts";
import { type Balancer, balancer } from "./balancers.ts";
import { type FollowedFront, followed } from "./followed-front.ts";
import { PAIR_TTL_MS, Pair } from "./pair.ts";
import { Tally, type WriterKind } from "./writers.ts";
import { KILLED_MS, nothingTwice } from "./writing.ts";

const KINDS: readonly WriterKind[] = ["v1 with sessions", "v2 modern"];
let pair: Pair;
let proxy: FollowedFront;
const rest = new AsyncDisposableStack();
const fronts = new Map<string, Balancer>();

beforeAll(async () => {
  pair = rest.use(await Pair.open());
  proxy = rest.use(await followed(pair));
  fronts.set("our proxy", proxy);
  fronts.set("haproxy", rest.use(await balancer("haproxy", pair)));
  fronts.set("nginx", rest.use(await balancer("nginx", pair)));
});
afterAll(() => rest.disposeAsync());

interface Row {
  readonly front: string;
  readonly kind: WriterKind;
  readonly tally: Tally;
}

/** One client of each kind writes through each front while a fault happens, and until each has been answered by who leads then. */
async function during(fault: () => Promise<string>): Promise<readonly Row[]> {
  const rows = [...fronts.keys()].flatMap((front) => KINDS.map((kind) => ({ front, kind, tally: new Tally() })));
  let leader: string | undefined;
  let isOver = false;
  const writers = rows.map(({ front, kind, tally }) => {
    const enough = () =>
      isOver || (leader !== undefined && tally.answered.slice(-10).every(({ node }) => node === leader));
    return tally.run({ kind, base: fronts.get(front)?.url ?? "", patienceMs: KILLED_MS }, enough);
  });
  await vi.waitFor(() => {
    for (const { tally } of rows) expect(tally.answered.length).toBeGreaterThan(10);
  }, PATIENCE);
  leader = await fault().catch((error: unknown) => {
    isOver = true;
    throw error;
  });
  await Promise.all(writers);
  return rows;
}

function tell(fault: string, rows: readonly Row[]): void {
  for (const { front, kind, tally } of rows) {
    const { answered, failed } = tally;
    const words = [...new Set(failed.map(({ message }) => message.slice(0, 70)))].join(" | ");
    console.log(
      `${fault} | ${front} | ${kind} | ${answered.length} answered | ${failed.length} failed | ${Math.round(tally.longestGapMs())} ms (ttl ${PAIR_TTL_MS}) | ${words}`,
    );
  }
}

const ofOurs = (rows: readonly Row[]) => rows.filter(({ front }) => front === "our proxy");

test("a switchover: clients of all three go on by themselves, and through our proxy they notice nothing", async () => {
  const rows = await during(() => pair.switchOver());
  tell("switchover", rows);
  nothingTwice(
    pair,
    rows.map(({ tally }) => tally),
  );
  for (const { tally } of ofOurs(rows)) expect(tally.failed).toEqual([]);
});

test("the leader is killed: what was in flight is lost and reported, nothing is done twice, and all go on", async () => {
  const lostBefore = (await proxy.figures()).lost;
  const rows = await during(async () => {
    const crashed = await pair.crash();
    const next = pair.other(crashed);
    await pair.group.member(next).untilPage("/primary", 200);
    await pair.start(crashed);
    return next;
  });
  tell("kill -9", rows);
  nothingTwice(
    pair,
    rows.map(({ tally }) => tally),
  );
  const failed = ofOurs(rows).reduce((sum, { tally }) => sum + tally.failed.length, 0);
  expect(failed).toBeLessThanOrEqual(KINDS.length);
  expect((await proxy.figures()).lost - lostBefore).toBe(failed);
});

test("the leader is told to end: through our proxy no call is lost", async () => {
  const rows = await during(async () => {
    const ended = await pair.end();
    const next = pair.other(ended);
    await pair.group.member(next).untilPage("/primary", 200);
    await pair.start(ended);
    return next;
  });
  tell("SIGTERM", rows);
  nothingTwice(
    pair,
    rows.map(({ tally }) => tally),
  );
  for (const { tally } of ofOurs(rows)) expect(tally.failed).toEqual([]);
});
