import type { Random } from "../random.ts";
import { BOARD, CITY_TEMPLATE } from "../server/pages.ts";
import { cancelTrip, followBoard, visitBriefly } from "./journeys.ts";
import type { Turn } from "./turn.ts";
import { UNKNOWN } from "./witness.ts";

/** One thing a client does now and then; `weight` says how often, against the others. */
export interface Step {
  readonly weight: number;
  /** Left out by clients of the other era. */
  readonly era?: "modern" | "legacy";
  run(turn: Turn): Promise<void>;
}

const CITIES = ["Oslo", "Lima", "Kyoto", "Nairobi", "Quito", "Perth"] as const;

const STEPS: readonly Step[] = [
  { weight: 26, run: (turn) => turn.call("distance", { from: city(turn), to: city(turn) }) },
  { weight: 12, run: (turn) => turn.call("convert", { amount: turn.random.between(1, 900), into: "JPY" }) },
  { weight: 3, run: (turn) => turn.call("convert", { amount: -1, into: "gold" }, "validation") },
  { weight: 14, run: (turn) => turn.call("find_flights", { from: city(turn), to: city(turn) }) },
  { weight: 10, run: (turn) => turn.call("weather", { city: city(turn) }) },
  { weight: 3, run: (turn) => turn.call("weather", { city: "Atlantis" }) },
  {
    weight: 7,
    run: (turn) => turn.call("translate", { text: "Hello", language: turn.random.pick(["de", "fr", "ja"]) }),
  },
  { weight: 3, run: (turn) => turn.call("translate", { text: "Hello", language: "Klingon" }) },
  { weight: 4, run: (turn) => turn.call("book_room", { city: city(turn), guest: "Ada" }) },
  { weight: 3, era: "modern", run: (turn) => turn.call("book_room", { city: city(turn) }) },
  { weight: 3, run: (turn) => turn.call("plan_trip", { city: city(turn), days: turn.random.between(1, 8) }) },
  { weight: 3, era: "modern", run: cancelTrip },
  { weight: 2, run: (turn) => turn.call("print_ticket", { city: city(turn) }) },
  { weight: 1, run: (turn) => turn.call("delete_trips", {}) },
  { weight: 2, run: (turn) => turn.call(`teleport_${turn.random.between(1, 1e9)}`, {}, "unknown_tool", UNKNOWN) },
  { weight: 6, run: readCity },
  { weight: 3, run: (turn) => turn.read(BOARD, BOARD) },
  { weight: 1, run: (turn) => turn.read("travel://moon", UNKNOWN, "unknown_resource") },
  { weight: 4, run: (turn) => turn.prompt("packing_list", { days: "7" }) },
  { weight: 3, run: (turn) => turn.listTools() },
  { weight: 1, run: (turn) => turn.ask("travel/upgrade", "unknown_method") },
  { weight: 1, era: "modern", run: followBoard },
  { weight: 1, era: "legacy", run: visitBriefly },
];

/** What clients of this era do. */
export function stepsOf(era: "modern" | "legacy"): readonly Step[] {
  return STEPS.filter((step) => step.era === undefined || step.era === era);
}

/** One of the steps, by weight. */
export function draw(steps: readonly Step[], random: Random): Step {
  let left = random.next() * steps.reduce((sum, { weight }) => sum + weight, 0);
  for (const step of steps) {
    left -= step.weight;
    if (left < 0) return step;
  }
  return steps[0]!;
}

function city({ random }: Turn): string {
  return random.pick(CITIES);
}

function readCity(turn: Turn): Promise<void> {
  return turn.read(CITY_TEMPLATE.replace("{name}", city(turn)), CITY_TEMPLATE);
}
