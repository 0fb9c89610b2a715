import type { PricesAnswer, WrittenServerPrices, WrittenVersion } from "@mcp-ops/cost";
import { type AskingFlags, addAskingOptions } from "../../asking.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import type { Verb } from "../../verb.ts";
import { askCost } from "./ask-cost.ts";

export const addPrices: Verb = (group, terminal) => {
  const verb = group
    .command("prices")
    .description("Show the prices: every version, from when it holds, and where it comes from.")
    .action(async (flags: AskingFlags) => {
      const answer = await askCost<PricesAnswer>(flags, "/prices");
      terminal.out(flags.json ? JSON.stringify(answer) : pricesText(answer));
    });
  addExamples(addAskingOptions(verb), [
    ["mcp-ops cost prices", "what is counted with"],
    ["mcp-ops cost prices --json | jq '.versions[].name'", "the versions that the ledger may name"],
  ]);
};

export function pricesText({ currency, file, inForce, versions }: PricesAnswer): string {
  const place = file === undefined ? "the defaults, for want of a price book (cost.prices)" : printable(file);
  const before = inForce === "" ? ["Nothing has a price yet: the first version holds later."] : [];
  return [`Prices in ${currency}, from ${place}`, ...before, ...versions.map((one) => versionText(one, inForce))].join(
    "\n\n",
  );
}

function versionText(
  { name, from, source, prices = {}, models = {}, servers = {} }: WrittenVersion,
  inForce: string,
): string {
  const lines = [
    `${name === inForce ? "* " : "  "}${printable(name)}, from ${from ?? "the beginning"}${name === inForce ? ", in force" : ""}`,
    ...(source === undefined ? [] : [`    ${printable(source)}`]),
    ...priceLines(prices),
    ...Object.entries(models).map(
      ([model, its]) => `    model ${printable(model)}: ${its.inputMillionTokens} for a million tokens`,
    ),
    ...Object.entries(servers).flatMap(([server, its]) => [
      `    ${printable(server)}:`,
      ...priceLines(its).map((line) => `  ${line}`),
    ]),
  ];
  return lines.join("\n");
}

function priceLines({ model, tools = {}, ...prices }: WrittenServerPrices): readonly string[] {
  return [
    ...(model === undefined ? [] : [`    read by ${printable(model)}`]),
    ...Object.entries(prices).map(([key, price]) => `    ${key} ${printable(String(price))}`),
    ...Object.entries(tools).map(([tool, price]) => `    call of ${printable(tool)} ${price}`),
  ];
}
