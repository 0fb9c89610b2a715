import type { JournalStatus } from "@mcp-ops/formats";
import { callPrice, type Rates } from "../prices/rates.ts";
import type { ServerQuantities, UseQuantities } from "../quantities.ts";
import { attributeCpu } from "./attribute-cpu.ts";
import type { Tokens } from "./tokens.ts";

/** What exchanges of one kind cost, in grains. */
export interface UseAmounts {
  readonly use: UseQuantities;
  /** Their share of the server's CPU time. */
  readonly cpu: bigint;
  readonly tokens: bigint;
  readonly calls: bigint;
}

export const CALL = "tools/call";
const LISTING = "tools/list";

/** Methods whose results a model reads: a result is input of the model. The definitions of a listing are, too, and are told apart. */
const READ_BY_A_MODEL: ReadonlySet<string> = new Set([CALL, LISTING, "resources/read", "prompts/get"]);

/** A call that came as far as the tool is to be paid, however it ended. One that asks back (`input_required`) is paid when it goes on. */
const PAID: ReadonlySet<JournalStatus> = new Set([
  "success",
  "task",
  "tool_error",
  "error",
  "timeout",
  "cancelled",
  "lost",
]);

export function amountsOf({ uses, used }: ServerQuantities, rates: Rates): readonly UseAmounts[] {
  const shares = attributeCpu(uses, used.cpuUs);
  return uses.map((use, at) => ({
    use,
    cpu: (shares[at] ?? 0n) * (rates.cpu ?? 0n),
    tokens: BigInt(pricedTokens(use.method, use.tokens)) * (rates.token ?? 0n),
    calls: isPaid(use) ? BigInt(use.count) * (callPrice(rates, use.target) ?? 0n) : 0n,
  }));
}

export function isDefinitions({ method }: { readonly method: string }): boolean {
  return method === LISTING;
}

/** Each result is in one of two counts; what a client reported is about some of the same, and is shown but not paid. */
export function pricedTokens(method: string, tokens: Tokens): number {
  return READ_BY_A_MODEL.has(method) ? (tokens.estimate ?? 0) + (tokens.tokenizer ?? 0) : 0;
}

function isPaid({ method, status }: UseQuantities): boolean {
  return method === CALL && PAID.has(status);
}
