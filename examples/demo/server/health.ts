import { eventLoopCheck, toolsCheck } from "@mcp-ops/health";
import { customCheck, type Health, health } from "@mcp-ops/kit";
import { SERVER_NAME } from "./server.ts";

/** What clients of the travel desk count on. */
const EXPECTED_TOOLS = ["distance", "find_flights", "book_room", "plan_trip"];

export const FLAKY_CHECK = "ticket-printer";

const OFTEN = { intervalMs: 250, rise: 1, fall: 1 };

/** In every quarter of a minute the printer is out of paper from here to there, so that the screen has something to show. */
const ROUND_MS = 15_000;
const OUT_OF_PAPER_FROM_MS = 1_000;
const OUT_OF_PAPER_TO_MS = 8_000;

/** Health of the travel desk, started. It cannot do without its tools and its event loop, and can without its printer. */
export function demoHealth(listTools: () => Promise<readonly { readonly name: string }[]>): Health {
  const startedAt = performance.now();
  const made = health({
    server: SERVER_NAME,
    checks: [
      eventLoopCheck({ intervalMs: 1_000 }),
      toolsCheck({ expected: EXPECTED_TOOLS, list: listTools }),
      customCheck({ ...OFTEN, name: FLAKY_CHECK, criticality: "optional", run: () => paper(startedAt) }),
    ],
  });
  made.start();
  return made;
}

function paper(startedAt: number): { ok: boolean; message: string } {
  const at = (performance.now() - startedAt) % ROUND_MS;
  const isOut = at >= OUT_OF_PAPER_FROM_MS && at < OUT_OF_PAPER_TO_MS;
  return isOut ? { ok: false, message: "out of paper" } : { ok: true, message: "has paper" };
}
