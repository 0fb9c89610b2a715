import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newFolder } from "../../testing/temp.ts";
import { Arbiter } from "./arbiter.ts";

const CHILD = fileURLToPath(new URL("../../testing/arbiter-child.ts", import.meta.url));
const GRANTS = 5;
const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!canTrace)
  console.log("What an arbiter syncs is not tested: it takes the Debian package strace, and the right to trace.");

// A kill shows nothing of it: what was written and not synced is lost with the power alone.
test.skipIf(!canTrace)(
  "an arbiter has synced its ledger before each grant, and before each return, is answered",
  () => {
    const folder = newFolder();
    const [file, log] = [join(folder, "ledger.db"), join(folder, "calls")];
    used(file);
    const watched = ["-f", "-y", "-e", "trace=write,fsync,fdatasync", "-o", log];
    const traced = spawnSync("strace", [...watched, process.execPath, CHILD, file, "grants", String(GRANTS)]);
    expect(traced.status).toBe(0);
    const calls = readFileSync(log, "utf8").split("\n");
    const answers = calls.flatMap((call, at) => (/ write\(1<.*"\d+\\n"/.test(call) ? [at] : []));
    expect(answers).toHaveLength(GRANTS);
    for (const [n, at] of answers.entries()) {
      const before = calls.slice(answers[n - 1] ?? 0, at);
      const syncs = before.filter((call) => / f(data)?sync\(.*ledger\.db-wal>\) += 0/.test(call));
      expect(syncs.length, `before grant ${n}`).toBeGreaterThanOrEqual(n === 0 ? 1 : 2);
    }
  },
);

test.skipIf(!canTrace)(
  "an arbiter whose disk fails to sync gives no lease meanwhile, and no token twice, over a restart too",
  () => {
    const file = join(newFolder(), "ledger.db");
    used(file);
    const grants = (...tracing: string[]) => {
      const args = ["-f", "-o", "/dev/null", ...tracing, process.execPath, CHILD, file, "grants", "8"];
      const { status, stdout } = spawnSync("strace", args, { encoding: "utf8" });
      expect(status).toBe(0);
      return stdout.trim().split("\n").slice(1);
    };
    // The first three are of its start.
    const answers = grants("-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=6..11");
    expect(answers.filter((answer) => answer === "refused").length).toBeGreaterThanOrEqual(2);
    expect(answers.at(-1)).not.toBe("refused");
    const tokens = [...answers, ...grants()].filter((answer) => answer !== "refused").map(Number);
    expect(tokens.length).toBeGreaterThanOrEqual(10);
    expect(tokens).toEqual([...new Set(tokens)].toSorted((one, other) => one - other));
  },
);

/** A ledger of which a lease has been given already: the first one of a new ledger comes after a ttl. */
function used(file: string): void {
  let now = 0;
  using arbiter = new Arbiter({ file, now: () => now });
  now = 1_000;
  const acquired = arbiter.acquire("group", "first/1", 1_000);
  if (acquired.kind === "granted") arbiter.release(acquired.grant);
}
