import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { verifyAudit } from "@mcp-ops/audit";
import { expect, onTestFinished, test } from "vitest";
import { newFolder } from "./stage.ts";

/** Root may write everywhere: as root, the child gives up that right (and not its name, so that it can read this checkout). */
const withoutOverride = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

async function start(folder: string) {
  const file = fileURLToPath(new URL("permission-child.ts", import.meta.url));
  const [command = process.execPath, ...rest] = [...withoutOverride, process.execPath, file, folder];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tells = async (matches: (state: { degraded: string | null; faults: string[] }) => boolean) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("The child ended early.");
      const state = JSON.parse(value);
      expect(state.answers).toBe(true);
      if (matches(state)) return state;
    }
  };
  const stop = async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  };
  return { tells, stop };
}

test("without the right to its folder a server answers and says why it is degraded, and with it catches up", async () => {
  const folder = newFolder();
  chmodSync(folder, 0o500);
  const child = await start(folder);
  const state = await child.tells(({ degraded }) => degraded !== null);
  expect(state).toMatchObject({ degraded: "cannot write: EACCES", faults: ["AUDIT_WRITE_FAILED"] });
  chmodSync(folder, 0o700);
  await child.tells(({ degraded }) => degraded === null);
  await child.stop();
  expect(await verifyAudit({ folder })).toMatchObject({ verdict: "intact", findings: [] });
});

test("when the right is lost while it writes, the open file goes on and the fault is told", async () => {
  const folder = newFolder();
  const child = await start(folder);
  await child.tells(({ degraded }) => degraded === null);
  chmodSync(folder, 0o500);
  const state = await child.tells(({ faults }) => faults.length > 0);
  expect(state).toMatchObject({ degraded: null, faults: ["AUDIT_ROTATION_FAILED"] });
  chmodSync(folder, 0o700);
  await child.stop();
  expect(await verifyAudit({ folder })).toMatchObject({ verdict: "intact", findings: [] });
});
