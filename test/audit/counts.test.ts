import { verifyAudit } from "@mcp-ops/audit";
import type { Exchange, Outcome } from "@mcp-ops/exchange";
import { jsonBytes } from "@mcp-ops/exchange";
import fc from "fast-check";
import { expect, test } from "vitest";
import { exchangesOf, newLog, play, recordsOf } from "./stage.ts";

test("every exchange has exactly one record, or is counted as dropped, whatever the durability and the size of the queue", async () => {
  const tool = fc.constantFrom("ok", "throws", "is-error", "nothing", "args");
  await fc.assert(
    fc.asyncProperty(
      fc.array(tool, { maxLength: 30 }),
      fc.constantFrom("v1" as const, "v2" as const),
      fc.constantFrom("buffered" as const, "synchronous" as const, "required" as const),
      fc.integer({ min: 1, max: 40 }),
      async (tools, sdk, durability, maxQueue) => {
        const { log, folder } = newLog({ durability, maxQueue });
        let exchanges = 0;
        const count = (_: Exchange, next: () => Promise<Outcome>) => next().then(() => exchanges++);
        const { client } = await play(sdk, log, { observers: [count] });
        await Promise.all(tools.map((name) => client.callTool({ name, arguments: {} }).catch(() => {})));
        await client.close();
        await log.close();
        const { records, dropped } = log.stats();
        const written = exchangesOf(folder);
        expect(written).toHaveLength(records);
        expect(records + dropped).toBe(exchanges);
        const said = recordsOf(folder).flatMap((record) => (record.event === "audit.dropped" ? [record.records] : []));
        expect(said.reduce((sum, n) => sum + n, 0)).toBe(dropped);
        const ids = written.map(({ operation }) => operation.requestId).filter((id) => id !== undefined);
        expect(new Set(ids).size).toBe(ids.length);
        const { verdict } = await verifyAudit({ folder, anchor: log.head()! });
        expect(verdict).toBe("intact");
      },
    ),
    { numRuns: 25 },
  );
});

test("sizes are those of the messages", async () => {
  const { log, folder } = newLog();
  const seen: number[] = [];
  const { client } = await play("v1", log, {
    observers: [
      (_exchange, next) =>
        next().then((outcome) => {
          if (outcome.kind === "result") seen.push(jsonBytes(outcome.result));
        }),
    ],
  });
  await client.callTool({ name: "ok", arguments: {} });
  await log.close();
  const record = exchangesOf(folder).at(-1);
  expect(record?.responseBytes).toBeGreaterThan(seen.at(-1) as number);
});
