import type { Verb } from "../verb.ts";
import { addAdvise } from "./cost/advise.ts";
import { addExport } from "./cost/export.ts";
import { addForecast } from "./cost/forecast.ts";
import { addPrices } from "./cost/prices.ts";
import { addReport } from "./cost/report.ts";
import { addTop } from "./cost/top.ts";

/** `mcp-ops cost …`: asks the sidecar of this machine for its ledger in money. */
export const cost: Verb = (program, terminal, end) => {
  const group = program.command("cost").description("See what servers cost, and what they will.");
  for (const add of [addReport, addTop, addForecast, addPrices, addExport, addAdvise]) add(group, terminal, end);
};
