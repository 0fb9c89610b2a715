import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { mcpOps } from "./command.ts";

const root = new URL("../../", import.meta.url);

it("runs in a checkout as npx mcp-ops, and tells its version", () => {
  const { version } = JSON.parse(readFileSync(new URL("packages/cli/package.json", root), "utf8"));
  const said = execFileSync("npx", ["mcp-ops", "--version"], { cwd: fileURLToPath(root), encoding: "utf8" });
  expect(said.trim()).toBe(version);
});

it("teaches with --help: verbs, examples, exit codes, environment", async () => {
  const { code, stdout, stderr } = await mcpOps(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const word of ["audit", "Examples:", "Exit codes", "MCP_OPS_LISTEN", "--json"]) expect(stdout).toContain(word);
});

it("documents every exit code it helps with", async () => {
  const page = readFileSync(new URL("docs/cli.md", root), "utf8");
  const { stdout } = await mcpOps(["--help"]);
  const meanings = stdout.match(/^ {2}\d {2}.*$/gm) ?? [];
  expect(meanings.length).toBeGreaterThan(3);
  for (const [code, meaning] of meanings.map((row) => row.trim().split("  ")))
    expect(page).toContain(`| ${code} | ${meaning} |`);
});

it.each([
  [["adit"], "Unknown command 'adit'. Did you mean audit? See: mcp-ops --help"],
  [["audit", "verfy"], "Unknown command 'verfy'. Did you mean verify? See: mcp-ops audit --help"],
  [["audit", "tail", "--folow"], "Unknown option '--folow'. Did you mean --follow? See: mcp-ops audit tail --help"],
  [["audit", "tail", "-n", "many"], "Give a number of records. See: mcp-ops audit tail --help"],
  [["audit", "head", "one", "two"], "Too many arguments"],
])("answers %j with the nearest word, and ends with 2", async (args, words) => {
  const { code, stdout, stderr } = await mcpOps(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(words);
});

it("asks for the second word of a verb that needs one, with its help", async () => {
  const { code, stderr } = await mcpOps(["audit"]);
  expect(code).toBe(2);
  expect(stderr).toContain("verify");
});

it("says with --json what went wrong in one line of JSON on stderr", async () => {
  const wrong = await mcpOps(["audit", "tail", "--folow", "--json"]);
  expect(JSON.parse(wrong.stderr)).toEqual({
    error: { code: "CLI_USAGE", exitCode: 2, message: expect.stringContaining("Did you mean --follow?") },
  });
  const failed = await mcpOps(["audit", "head", "/nowhere", "--json"]);
  expect(failed).toMatchObject({ code: 1, stdout: "" });
  expect(JSON.parse(failed.stderr).error).toMatchObject({ code: "AUDIT_NOTHING_TO_VERIFY", exitCode: 1 });
});
