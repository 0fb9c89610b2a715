import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Cgroup, cgroupAt, cgroupOf, KERNEL, limitsOf, readCgroup } from "./cgroup.ts";

const RECORDED = join(import.meta.dirname, "..", "..", "testdata", "cgroup-v2");
const RECORDED_KERNEL = { proc: join(RECORDED, "proc"), cgroup: join(RECORDED, "cgroup") };

describe("a cgroup of version 2", () => {
  it("has counters, a working set without the file cache that nobody touched, and limits", async () => {
    const group = (await cgroupOf(RECORDED_KERNEL, 42)) as Cgroup;
    expect(await readCgroup(group)).toEqual({
      counters: {
        key: expect.stringMatching(/^\d+:\d+$/),
        cpuUs: 981_234_567,
        readBytes: 1_459_200 + 4_096,
        writtenBytes: 314_773_504,
      },
      memoryBytes: 209_715_200 - 52_428_800,
    });
    expect(await limitsOf(group)).toEqual({ milliCores: 1_500, memoryBytes: 536_870_912 });
    expect(await cgroupAt(RECORDED_KERNEL, "/app.slice/weather.service")).toEqual(group);
  });

  it("without controllers for memory and disk still has CPU time, and without limits reserves nothing", async () => {
    const group = (await cgroupOf(RECORDED_KERNEL, 43)) as Cgroup;
    expect(await readCgroup(group)).toEqual({
      counters: { key: expect.any(String), cpuUs: 5 },
      memoryBytes: undefined,
    });
    expect(await limitsOf(group)).toEqual({ milliCores: 0, memoryBytes: 0 });
  });

  it("that is gone is not there", async () => {
    expect(await readCgroup((await cgroupAt(RECORDED_KERNEL, "/gone")) as Cgroup)).toBeUndefined();
    expect(await cgroupOf(RECORDED_KERNEL, 44)).toBeUndefined();
  });
});

const roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].filter((root) =>
  existsSync(join(root, "cgroup.controllers")),
);
const canMake = roots.length > 0 && process.getuid?.() === 0;
if (!canMake) console.log("Skipped: a test with a real cgroup of version 2 needs one, and root.");

it.runIf(canMake)("a real cgroup of version 2 that is made anew is another one", async () => {
  const root = roots[0] as string;
  const name = `ops-cost-${process.pid}`;
  const key = async () => {
    mkdirSync(join(root, name));
    onTestFinished(() => {
      if (existsSync(join(root, name))) rmdirSync(join(root, name));
    });
    const read = await readCgroup((await cgroupAt({ proc: "/proc", cgroup: root }, `/${name}`)) as Cgroup);
    rmdirSync(join(root, name));
    return read?.counters.key;
  };
  const [first, second] = [await key(), await key()];
  expect([first, second]).toEqual([expect.any(String), expect.not.stringMatching(`^${first}$`)]);
});

const V1 = "/sys/fs/cgroup/memory";
const canLimit = existsSync(join(V1, "memory.limit_in_bytes")) && process.getuid?.() === 0;
if (!canLimit) console.log("Skipped: a test with real limits needs cgroups of version 1, and root.");

it.runIf(canLimit)(
  "limits of a real cgroup of version 1 are what it reserves; without one there are none",
  async () => {
    const name = `ops-cost-${process.pid}`;
    const folders = ["cpu", "cpuacct", "memory"].map((controller) => join("/sys/fs/cgroup", controller, name));
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    onTestFinished(() => {
      for (const folder of folders) rmdirSync(folder);
    });
    const group = (await cgroupAt(KERNEL, `/${name}`)) as Cgroup;
    expect(await limitsOf(group)).toEqual({ milliCores: 0, memoryBytes: 0 });
    writeFileSync(join(V1, name, "memory.limit_in_bytes"), String(64 * 1024 * 1024));
    writeFileSync(join("/sys/fs/cgroup/cpu", name, "cpu.cfs_quota_us"), "25000");
    expect(await limitsOf(group)).toEqual({ milliCores: 250, memoryBytes: 64 * 1024 * 1024 });
  },
);
