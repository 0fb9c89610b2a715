import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openState } from "../state/state.ts";
import { Memory } from "./memory.ts";

const canMount = process.getuid?.() === 0 && process.platform === "linux";
if (!canMount) console.log("A full disk under the agent's memory is not tested: mounting one takes root on Linux.");

/** A disk of its own, and how to fill it. */
function smallDisk() {
  const disk = mkdtempSync(join(tmpdir(), "mcp-ops-memory-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
  onTestFinished(() => {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  });
  const filler = join(disk, "filler");
  const fill = () => expect(() => writeFileSync(filler, "x".repeat(1024 * 1024))).toThrow("ENOSPC");
  return { file: join(disk, "sidecar.db"), fill, makeRoom: () => rmSync(filler) };
}

test.skipIf(!canMount)(
  "a token that a full disk does not take is not remembered, and it says so; what it takes later is, over a restart",
  () => {
    const { file, fill, makeRoom } = smallDisk();
    const before = openState(file);
    const memory = new Memory(before.database, "weather", "a");
    // Larger than a number of JavaScript can be told from the next one.
    let token = 100n << 48n;
    let kept = token;
    memory.write({ highestToken: token, paused: true });
    fill();
    let refused = 0;
    for (let tries = 0; tries < 300 && refused < 3; tries++) {
      token++;
      try {
        memory.write({ highestToken: token, paused: true });
        kept = token;
      } catch {
        refused++;
      }
      expect(memory.read()).toEqual({ highestToken: kept, paused: true });
    }
    expect(refused).toBe(3);
    makeRoom();
    memory.write({ highestToken: token + 1n, paused: true });
    before[Symbol.dispose]();
    using after = openState(file);
    expect(new Memory(after.database, "weather", "a").read()).toEqual({ highestToken: token + 1n, paused: true });
  },
);

const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!canTrace)
  console.log("What the agent syncs is not tested: it takes the Debian package strace, and the right to trace.");

test.skipIf(!canTrace)("a token is on the disk, and not on its way there, when it is said to be remembered", () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-memory-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [file, log] = [join(folder, "sidecar.db"), join(folder, "calls")];
  const program = `
    import { writeSync } from "node:fs";
    import { openState } from ${JSON.stringify(new URL("../state/state.ts", import.meta.url).href)};
    import { Memory } from ${JSON.stringify(new URL("memory.ts", import.meta.url).href)};
    const memory = new Memory(openState(${JSON.stringify(file)}).database, "weather", "a");
    for (const token of [1n, 2n, 3n]) {
      memory.write({ highestToken: token, paused: false });
      writeSync(1, "remembered\\n");
    }`;
  const watched = ["-f", "-y", "-e", "trace=write,fsync,fdatasync", "-o", log];
  const { status } = spawnSync("strace", [...watched, process.execPath, "--input-type=module", "-e", program]);
  expect(status).toBe(0);
  const between = readFileSync(log, "utf8").split(/ write\(1<.*remembered/);
  expect(between).toHaveLength(4);
  for (const calls of between.slice(0, 3)) expect(calls).toMatch(/ f(data)?sync\(.*sidecar\.db-wal>\) += 0/);
});
