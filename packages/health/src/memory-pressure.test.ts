import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { memoryCheck } from "./checks/memory.ts";
import { memoryPressure } from "./memory-pressure.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

const HOST = "MemTotal:        1000 kB\nMemFree:           10 kB\nMemAvailable:     400 kB\n";

/** A machine's `/proc` and `/sys`, as far as memory goes. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "mcp-ops-memory-"));
  made.push(root);
  for (const [path, text] of Object.entries({ "proc/meminfo": HOST, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

it("counts the working set of a control group of version 2", async () => {
  const root = machine({
    "proc/self/cgroup": "0::/app.slice/mcp\n",
    "sys/fs/cgroup/app.slice/mcp/memory.current": "300000\n",
    "sys/fs/cgroup/app.slice/mcp/memory.max": "400000\n",
    "sys/fs/cgroup/app.slice/mcp/memory.stat": "anon 1\ninactive_file 100000\nactive_file 7\n",
  });
  expect(await memoryPressure(root)).toEqual({ usedBytes: 200_000, limitBytes: 400_000, source: "cgroup v2" });
});

it("finds the group above that is nearer to its limit", async () => {
  const root = machine({
    "proc/self/cgroup": "0::/pod/mcp\n",
    "sys/fs/cgroup/pod/mcp/memory.current": "100000\n",
    "sys/fs/cgroup/pod/mcp/memory.max": "max\n",
    "sys/fs/cgroup/pod/memory.current": "390000\n",
    "sys/fs/cgroup/pod/memory.max": "400000\n",
  });
  expect(await memoryPressure(root)).toMatchObject({ usedBytes: 390_000, limitBytes: 400_000 });
});

it("finds the limit at the mount point, where a container sees only its own group", async () => {
  const root = machine({
    "proc/self/cgroup": "0::/kubepods/pod1/abc\n",
    "sys/fs/cgroup/memory.current": "100000\n",
    "sys/fs/cgroup/memory.max": "400000\n",
  });
  expect(await memoryPressure(root)).toMatchObject({ usedBytes: 100_000, limitBytes: 400_000 });
});

it("reads version 1, beside an empty tree of version 2", async () => {
  const root = machine({
    "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n",
    "sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes": "300000\n",
    "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "400000\n",
    "sys/fs/cgroup/memory/docker/1/memory.stat": "inactive_file 5\ntotal_inactive_file 50000\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "900000\n",
  });
  expect(await memoryPressure(root)).toEqual({ usedBytes: 250_000, limitBytes: 400_000, source: "cgroup v1" });
});

it("falls back on the host where no group sets a limit", async () => {
  const expected = { usedBytes: 600 * 1024, limitBytes: 1000 * 1024, source: "host" };
  expect(await memoryPressure(machine({}))).toEqual(expected);
  const unlimited = machine({
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.current": "1\n",
    "sys/fs/cgroup/memory.max": "max\n",
  });
  expect(await memoryPressure(unlimited)).toEqual(expected);
});

it("judges by the share of the limit, here and on made-up machines", async () => {
  const { signal } = new AbortController();
  expect(await memoryCheck({ maxUsedRatio: 0.59, root: machine({}) }).run(signal)).toEqual({
    ok: false,
    message: "1 MiB of 1 MiB (60 %) by host",
  });
  expect(await memoryCheck({ maxUsedRatio: 0.61, root: machine({}) }).run(signal)).toMatchObject({ ok: true });
  expect(await memoryCheck({ maxUsedRatio: 1 }).run(signal)).toMatchObject({ ok: true });
});
