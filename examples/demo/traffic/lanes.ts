import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../random.ts";
import { draw, type Step } from "./steps.ts";
import { Turn } from "./turn.ts";

/** How long a lane rests between two things it does. */
const REST_MS = 160;

/** Lets a client do so many things at once, until its ending. The same luck makes each lane do the same things in the same order. */
export async function work(
  lanes: number,
  steps: readonly Step[],
  parts: Pick<Turn, "client" | "era" | "visitor" | "tally" | "ending">,
  random: Random,
): Promise<void> {
  const turns = Array.from({ length: lanes }, () => {
    return new Turn({ ...parts, random: new Random(random.between(0, 2 ** 32 - 1)) });
  });
  await Promise.all(turns.map((turn, lane) => walk(turn, steps, (index) => index % lanes === lane)));
}

/** First the lanes of a client share all its steps among them, so that a short run has seen everything; then luck decides. */
async function walk(turn: Turn, steps: readonly Step[], isMine: (index: number) => boolean): Promise<void> {
  const { random, ending } = turn;
  const first = steps.filter((_, index) => isMine(index));
  while (!ending.aborted) {
    await take(first.shift() ?? draw(steps, random), turn);
    await pause(random.wait(REST_MS), undefined, { signal: ending }).catch(() => {});
  }
}

async function take(step: Step, turn: Turn): Promise<void> {
  try {
    await step.run(turn);
  } catch (error) {
    turn.tally.add("demo", "", `unforeseen: ${error}`);
  }
}
