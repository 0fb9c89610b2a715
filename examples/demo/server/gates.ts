import { OPS_RPC } from "@mcp-ops/formats";
import { type Gate, PASS } from "@mcp-ops/kit";

/** Longest time a call of the ticket printer may take. */
export const PRINTER_DEADLINE_MS = 180;

/** Answers in place of the ticket printer when it takes too long. */
export const deadline: Gate = ({ target }) =>
  target === "print_ticket" ? { pass: true, deadlineMs: PRINTER_DEADLINE_MS } : PASS;

/** Refuses what no agent should do. */
export const readOnly: Gate = ({ target }) =>
  target === "delete_trips"
    ? { answer: { error: { code: OPS_RPC.denied, message: "Trips are not deleted from here." } } }
    : PASS;
