import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { mcpOps } from "./command.ts";

const TEXT = `{
  // mine
  "mcpServers": {
    "memory": { "command": "npx", "args": ["-y", "server-memory"] },
    "far": { "url": "https://example.com/mcp" }
  }
}
`;
let config: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-cli-fleet-"));
  config = join(folder, "mcp.json");
  writeFileSync(config, TEXT);
  return () => rmSync(folder, { recursive: true });
});

it("shows the wrapped file on stdout and what it did on stderr, and changes nothing", async () => {
  const { code, stdout, stderr } = await mcpOps(["fleet", "wrap", "--config", config, "--", "--audit", "/log"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\{\n {2}\/\/ mine\n[\s\S]*mcp-ops\.js", "wrap", "--name", "memory", "--audit", "\/log", "--", "npx", "-y",/,
  );
  expect(stderr).toContain("memory: wrapped\nfar: left alone, it is reached by URL");
  expect(readFileSync(config, "utf8")).toBe(TEXT);
});

it("installs and undoes, and tells as JSON what it did", async () => {
  const wrap = await mcpOps(["fleet", "wrap", "--config", config, "--write", "--json"]);
  const change = JSON.parse(wrap.stdout);
  expect(change).toMatchObject({
    file: config,
    written: true,
    servers: [{ name: "memory", action: "wrapped" }, { name: "far" }],
  });
  expect(readFileSync(config, "utf8")).toBe(change.text);
  expect(readFileSync(change.backup, "utf8")).toBe(TEXT);
  expect(await mcpOps(["fleet", "unwrap", "--config", config, "--write"])).toMatchObject({ code: 0, stdout: "" });
  expect(readFileSync(config, "utf8")).toBe(TEXT);
});

it("names line and column of what it cannot read, and a file that is not there", async () => {
  writeFileSync(config, '{\n  "mcpServers": [}');
  expect(await mcpOps(["fleet", "wrap", "--config", config])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/line 2, column \d+\. Nothing has been changed/),
  });
  const gone = await mcpOps(["fleet", "wrap", "--config", "/nowhere.json", "--json"]);
  expect(JSON.parse(gone.stderr).error).toMatchObject({ code: "ENOENT", exitCode: 1 });
});
