import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { restoreCommand } from "./restore-command.ts";

const REF = { set: "desktop", id: "20261121T061904123Z-0a1b2c" };

it("reads as a person would type it", () => {
  expect(restoreCommand(REF, ["--config", "/home/me/mcp-ops.yaml"])).toBe(
    "mcp-ops backup restore desktop 20261121T061904123Z-0a1b2c --yes --config /home/me/mcp-ops.yaml",
  );
});

it("gives a shell each word as it is, whatever a folder is called", () => {
  const path = '/home/o\'neil/my $(touch files); "a" `b`\\/mcp-ops.yaml';
  const command = restoreCommand(REF, ["--config", path]).replace(/^mcp-ops/, "printf '%s\\n'");
  const words = execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" }).split("\n");
  expect(words).toEqual(["backup", "restore", REF.set, REF.id, "--yes", "--config", path, ""]);
});
