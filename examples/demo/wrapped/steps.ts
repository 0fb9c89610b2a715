import type { Step } from "../traffic/steps.ts";
import type { Turn } from "../traffic/turn.ts";
import { UNKNOWN } from "../traffic/witness.ts";

const DOCUMENT = "demo://resource/static/document/features.md";
const TEXT_TEMPLATE = "demo://resource/dynamic/text/{resourceId}";

/** What the client of server-everything does now and then. */
export const STEPS: readonly Step[] = [
  { weight: 10, run: (turn) => turn.call("echo", { message: "Hello" }) },
  { weight: 8, run: (turn) => turn.call("get-sum", { a: turn.random.between(1, 99), b: 2 }) },
  { weight: 2, run: (turn) => turn.call("get-sum", { a: "one" }) },
  { weight: 4, run: (turn) => turn.call("get-structured-content", { location: "Chicago" }) },
  { weight: 3, run: (turn) => turn.call("get-tiny-image", {}) },
  { weight: 4, run: slowly },
  { weight: 1, run: (turn) => turn.call("teleport", {}, "unknown_tool", UNKNOWN) },
  { weight: 3, run: (turn) => turn.read(DOCUMENT, DOCUMENT) },
  { weight: 4, run: readText },
  { weight: 2, run: (turn) => turn.prompt("simple-prompt", {}) },
  { weight: 1, run: (turn) => turn.listTools() },
];

function slowly(turn: Turn): Promise<void> {
  return turn.call("trigger-long-running-operation", { duration: turn.random.between(20, 200) / 1_000, steps: 1 });
}

function readText(turn: Turn): Promise<void> {
  return turn.read(TEXT_TEMPLATE.replace("{resourceId}", String(turn.random.between(1, 99))), TEXT_TEMPLATE);
}
