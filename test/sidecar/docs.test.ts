import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SIDECAR_ERROR } from "@mcp-ops/sidecar";
import { expect, it } from "vitest";

const page = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("tells what to do about every error of the sidecar, and about no other", () => {
  const told = [...page("docs/errors.md").matchAll(/^\| `(SIDECAR_\w+)`/gm)].map(([, code]) => code);
  expect(told.toSorted()).toEqual(Object.values(SIDECAR_ERROR).toSorted());
});

const unit = fileURLToPath(new URL("../../deploy/systemd/mcp-ops-sidecar.service", import.meta.url));
const missing = spawnSync("systemd-analyze", ["--version"]).error !== undefined;
if (missing) console.log("systemd-analyze is missing, so a test is skipped. Install the Debian package systemd.");

it.skipIf(missing)("offers a unit that systemd has nothing to say against", () => {
  const runtime = mkdtempSync(join(tmpdir(), "sc-"));
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--user", unit], { env, encoding: "utf8" });
  rmSync(runtime, { recursive: true });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
