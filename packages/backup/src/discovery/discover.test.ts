import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { discover } from "./discover.ts";
import { serversIn } from "./servers-in.ts";

function home(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "mo-home-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const servers = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { command: "node" }]));

describe("discovery", () => {
  it("finds the configurations of clients, of projects, and the servers in them", async () => {
    const folder = home({
      ".config/Claude/claude_desktop_config.json": { mcpServers: servers("files", "github") },
      ".claude.json": { mcpServers: servers("memory"), projects: { "/work/shop": { mcpServers: servers("db") } } },
      ".config/Code/User/mcp.json": `{ // mine\n "servers": { "playwright": {}, }, }`,
      ".codex/config.toml": "[mcp_servers.docs]\ncommand = 'x'",
      "shop/.mcp.json": { mcpServers: servers("db") },
    });
    const { configs } = await discover({ home: folder, platform: "linux", projects: [join(folder, "shop")] });
    expect(configs.map(({ client, path, serverNames }) => [client, path.slice(folder.length), serverNames])).toEqual([
      ["Claude Desktop", "/.config/Claude/claude_desktop_config.json", ["files", "github"]],
      ["Claude Code", "/.claude.json", ["memory", "/work/shop: db"]],
      ["VS Code", "/.config/Code/User/mcp.json", ["playwright"]],
      ["Codex", "/.codex/config.toml", []],
      ["Claude Code", "/shop/.mcp.json", ["db"]],
    ]);
  });

  it("looks where each platform keeps its configurations", async () => {
    const path = "Library/Application Support/Claude/claude_desktop_config.json";
    const mac = home({ [path]: { mcpServers: servers("files") } });
    expect((await discover({ home: mac, platform: "darwin" })).configs).toHaveLength(1);
    expect((await discover({ home: mac, platform: "linux" })).configs).toHaveLength(0);
    const roaming = home({ "Claude/claude_desktop_config.json": { mcpServers: {} } });
    const found = await discover({ home: home({}), platform: "win32", configFolder: roaming });
    expect(found.configs).toHaveLength(1);
  });

  it("finds the files that servers are started with, as far as they exist", async () => {
    const folder = home({ "notes.db": "x", "shop.yaml": "x", "readme.md": "x" });
    const args = [
      "server.js",
      `--db=${join(folder, "notes.db")}`,
      join(folder, "gone.json"),
      join(folder, "readme.md"),
    ];
    const entry = { command: "node", args, env: { SHOP_CONFIG: join(folder, "shop.yaml") } };
    const project = home({ ".mcp.json": { mcpServers: { shop: entry } } });
    expect((await discover({ home: folder, platform: "linux", projects: [project] })).serverFiles).toEqual([
      { path: join(folder, "notes.db"), server: "shop", kind: "database" },
      { path: join(folder, "shop.yaml"), server: "shop", kind: "config" },
    ]);
  });

  it("lists a configuration that cannot be read, and says why without quoting it", async () => {
    const folder = home({ ".cursor/mcp.json": '{\n"mcpServers": { "github": { "env": { "TOKEN": "canary" } ' });
    const [found] = (await discover({ home: folder, platform: "linux" })).configs;
    expect(found).toMatchObject({ client: "Cursor", serverNames: [], invalid: expect.stringMatching(/in line 2/) });
    expect(JSON.stringify(found)).not.toContain("canary");
  });
});

describe("reading a configuration", () => {
  it.each([
    ["json", "", /empty/],
    ["json", '{"mcpServers": {"a": {"env": "canary"}', /line 1/],
    ["json", '{"mcpServers": {},}', /comments or trailing commas/],
    ["json", "[1]", /no object/],
    ["jsonc", `{"a": ${"[".repeat(200_000)}`, /line 1|nested too deeply/],
  ] as const)("of format %s refuses what its client would not read (%#)", (format, text, reason) => {
    const found = serversIn(text, { format, servers: ["mcpServers"] });
    expect(found).toMatchObject({ valid: false, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(found)).not.toContain("canary");
  });
});
