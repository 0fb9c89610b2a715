import type { Answer, Exchange, Gate, Observer, Pass, Verdict } from "@mcp-ops/exchange";
import { PASS } from "@mcp-ops/exchange";
import { lend, withToken } from "../fencing/handed-token.ts";
import { needOf } from "./needs.ts";
import { OpenCalls } from "./open-calls.ts";
import type { OpenRole } from "./open-role.ts";
import { ReadingTools } from "./reading-tools.ts";
import { refusal, revocation } from "./refusals.ts";
import { isTaking, type RoleView } from "./role-view.ts";

export interface RoleGateOptions {
  /** What a standby does with what only reads: `refuse` it, or `serve-stale`. Default `refuse`: what it would read may be old. */
  readonly reads?: "refuse" | "serve-stale" | undefined;
  /** Tools that change nothing. Every other call of a tool needs a primary. */
  readonly readTools?: readonly string[] | undefined;
  /** Believe `readOnlyHint` in the lists of tools that pass. Default false: it is the server's own word (spec: tools, annotations are untrusted). */
  readonly trustReadOnlyHint?: boolean | undefined;
}

/** What has happened at a role gate. */
export interface RoleStats {
  readonly refusedReads: number;
  readonly refusedChanges: number;
  /** Calls that were under way when this process stopped leading. */
  readonly revoked: number;
}

/** A gate that lets nothing change what this node does not lead, and what belongs to it. */
export interface RoleGuard {
  readonly role: OpenRole;
  readonly gate: Gate;
  /** Counts what is under way, hands tokens to handlers, learns hints. */
  readonly observer: Observer;
  stats(): RoleStats;
}

/** Guards what passes with this role. */
export function guardRole(role: OpenRole, options: RoleGateOptions = {}): RoleGuard {
  const { reads = "refuse", readTools = [], trustReadOnlyHint = false } = options;
  const reading = new ReadingTools(readTools);
  const counts = { refusedReads: 0, refusedChanges: 0, revoked: 0 };
  const need = (exchange: Exchange) => needOf(exchange, (tool) => reading.has(exchange, tool));
  const calls = new OpenCalls(role);
  role.countsOpen(() => calls.count);
  const revoked = () => {
    counts.revoked++;
    return revocation(role);
  };
  const gate: Gate = (exchange): Verdict => {
    const needs = need(exchange);
    if (needs === "nothing" || (needs === "read" && reads === "serve-stale")) return PASS;
    if (needs === "read" && role.reign !== undefined) return PASS;
    if (needs === "lead" && isTaking(role)) {
      calls.passed(exchange);
      return passing(role, revoked);
    }
    counts[needs === "read" ? "refusedReads" : "refusedChanges"]++;
    return { answer: refusal(role) };
  };
  const observer: Observer = (exchange, next) =>
    lend(async (hand) => {
      const ended = next();
      // The gates have been asked by now.
      const end = calls.began(exchange, hand.token !== undefined);
      const outcome = await ended;
      end();
      if (trustReadOnlyHint) reading.saw(exchange, outcome);
    });
  Object.defineProperty(gate, "name", { value: "role" });
  Object.defineProperty(observer, "name", { value: "role" });
  return { role, gate, observer, stats: () => ({ ...counts }) };
}

/** Passes while the reign lasts, with its token. */
function passing(role: RoleView, answer: () => Answer): Pass {
  const signal = role.reign as AbortSignal;
  const token = role.said?.token ?? "0";
  return { pass: true, amendRequest: (params) => withToken(params, token), revocable: { signal, answer } };
}
