import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import type { Check } from "../check.ts";
import { demandDistinctNames } from "../check.ts";
import { customCheck } from "./custom.ts";
import { diskCheck } from "./disk.ts";
import { eventLoopCheck } from "./event-loop.ts";
import { tcpCheck } from "./tcp.ts";
import { toolsCheck } from "./tools.ts";

const run = (check: Check) => check.run(new AbortController().signal);

it("judges a file system by what is free for us", async () => {
  const path = tmpdir();
  expect(await run(diskCheck({ path, minFreeRatio: 0 }))).toMatchObject({ ok: true });
  expect(await run(diskCheck({ path, minFreeRatio: 1.1 }))).toMatchObject({ ok: false });
  expect(await run(diskCheck({ path, minFreeRatio: 0, minFreeBytes: 2 ** 60 }))).toMatchObject({
    ok: false,
    message: expect.stringMatching(/^\d+ MiB free \([\d.]+ %\), [\d.]+ % of the inodes$/),
  });
  await expect(run(diskCheck({ path: "/no/such/folder" }))).rejects.toMatchObject({ code: "ENOENT" });
});

it("notices an event loop that was blocked, and forgives it afterwards", async () => {
  const check = eventLoopCheck({ maxLagMs: 100 });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 25));
  expect(await run(check)).toMatchObject({ ok: true });
  await turn();
  const until = performance.now() + 300;
  while (performance.now() < until);
  await turn();
  expect(await run(check)).toMatchObject({ ok: false });
  expect(await run(check)).toMatchObject({ ok: true });
  check.close?.();
});

it("names the expected tools that are not listed", async () => {
  const expected = ["add", "sub"];
  expect(await run(toolsCheck({ expected, list: () => ["sub", "add", "mul"] }))).toEqual({ ok: true });
  const listed = async () => [{ name: "add" }];
  expect(await run(toolsCheck({ expected, list: listed }))).toEqual({ ok: false, message: "not listed: sub" });
  const many = Array.from({ length: 9 }, (_, n) => `t${n}`);
  expect(await run(toolsCheck({ expected: many, list: () => [] }))).toEqual({
    ok: false,
    message: "not listed: t0, t1, t2, t3, t4 and 4 more",
  });
});

it.each([
  ["nothing", undefined, { ok: true }],
  ["true", true, { ok: true }],
  ["false", false, { ok: false }],
  ["a finding", { ok: false, message: "full" }, { ok: false, message: "full" }],
])("a check of one's own may give back %s", async (_, answered, finding) => {
  expect(await run(customCheck({ name: "own", run: () => answered }))).toEqual(finding);
});

it.each([
  [{ timeoutMs: 0 }, "timeoutMs"],
  [{ intervalMs: 2 ** 31 }, "intervalMs"],
  [{ rise: 1.5 }, "rise"],
  [{ fall: Number.NaN }, "fall"],
  [{ name: "overall" }, "overall"],
  [{ name: "" }, "name"],
])("refuses %j, and says what it refuses", (options, word) => {
  expect(() => tcpCheck({ host: "db", port: 1, ...options })).toThrow(
    expect.objectContaining({ code: "HEALTH_OPTION_WRONG", message: expect.stringContaining(word) }),
  );
});

it("refuses two checks of one name", () => {
  const twin = () => tcpCheck({ host: "db", port: 1 });
  expect(() => demandDistinctNames([twin(), twin()])).toThrow(/Two health checks are named "tcp"/);
});
