import { expect, test } from "vitest";
import { exchangesOf, newLog, play, type Sdk } from "./stage.ts";

const sdks: Sdk[] = ["v1", "v2"];

test.each(
  sdks.flatMap((sdk) => (["synchronous", "required"] as const).map((durability) => [sdk, durability] as const)),
)("SDK %s: with `%s`, a call's record is in the file before its answer is here", async (sdk, durability) => {
  const { log, folder } = newLog({ durability, flushMs: 600_000 });
  const { client } = await play(sdk, log);
  for (let i = 1; i <= 5; i++) {
    await client.callTool({ name: "ok", arguments: {} });
    expect(exchangesOf(folder).filter(({ operation }) => operation.target === "ok")).toHaveLength(i);
  }
  await client.callTool({ name: "throws", arguments: {} });
  expect(exchangesOf(folder).at(-1)).toMatchObject({ outcome: "failure", operation: { target: "throws" } });
});

test("calls that come together share one write", async () => {
  const { log, folder } = newLog({ durability: "synchronous", flushMs: 600_000 });
  const { client } = await play("v1", log);
  await Promise.all(Array.from({ length: 200 }, () => client.callTool({ name: "ok", arguments: {} })));
  expect(exchangesOf(folder).filter(({ operation }) => operation.target === "ok")).toHaveLength(200);
});

test("`buffered` has no gate: it cannot touch an answer", () => {
  expect(newLog().log.gate).toBeUndefined();
  expect(newLog({ durability: "required" }).log.gate?.name).toBe("audit");
});

test("after the log was closed, what still comes is counted as dropped, and `required` answers no more", async () => {
  const buffered = newLog();
  const first = await play("v1", buffered.log);
  await buffered.log.close();
  await first.client.callTool({ name: "ok", arguments: {} });
  await new Promise((resolve) => setImmediate(resolve));
  expect(buffered.log.stats()).toMatchObject({ dropped: 1, pending: 0, degraded: "cannot write: writer ended" });
  const required = newLog({ durability: "required" });
  const second = await play("v1", required.log);
  await required.log.close();
  await expect(second.client.callTool({ name: "ok", arguments: {} })).rejects.toThrow(/-31003/);
});
