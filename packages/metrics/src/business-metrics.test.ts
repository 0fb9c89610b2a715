// #region example
import { Counter } from "prom-client";
import { metrics } from "./metrics.ts";

const watched = metrics();

const orders = new Counter({
  name: "shop_orders_total",
  help: "Orders placed through the tool place_order.",
  labelNames: ["currency"],
  registers: [watched.registry],
});

/** Called by the tool. Give labels few values: a currency, never a customer. */
export function orderPlaced(currency: "EUR" | "USD"): void {
  orders.inc({ currency });
}

// #endregion

import { expect, test } from "vitest";

test("the business metric of the docs shows beside ours", async () => {
  orderPlaced("EUR");
  const { body } = await watched.scrape({ openMetrics: true });
  expect(body).toContain('shop_orders_total{currency="EUR"} 1\n');
  expect(body).toContain("mcp_ops_exchanges_unobserved_total 0\n");
});
