import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { unwrapFleet, wrapFleet } from "./fleet.ts";
import { launcherFor } from "./launcher.ts";
import { replaceFile } from "./replace-file.ts";
import { unwrapText } from "./unwrap-text.ts";
import { wrapText } from "./wrap-text.ts";

const launcher = { command: "/opt/node", args: ["/opt/mcp-ops.js"] };
const wrapped = (text: string) => wrapText("mcp.json", text, launcher, []).text;
const unwrapped = (text: string) => unwrapText("mcp.json", text).text;

/** As a person keeps it: comments, trailing commas, odd order, keys nobody knows, variables, tabs. */
const CONFIG = `{
\t// my servers
\t"theme": "dark",
\t"mcpServers": {
\t\t"memory": {
\t\t\t"command": "npx", // by npm
\t\t\t"args": [
\t\t\t\t"-y",
\t\t\t\t"@modelcontextprotocol/server-memory", /* latest */
\t\t\t],
\t\t\t"env": { "MEMORY_FILE": "\${HOME}/m.json", "KEY": "\${KEY:-none}" },
\t\t},
\t\t"one line": { "disabled": true, "args": ["\\u002Da", "\${DIR}"], "command": "\${HOME}/bin/serve", "x-own": 1 },
\t\t"empty": {"command":"serve","args":[]},
\t\t"remote": { "url": "https://example.com/mcp", "headers": { "Authorization": "Bearer \${TOKEN}" } },
\t\t"odd": { "command": "serve", "args": [1] },
\t},
}
`;

describe("the text", () => {
  it("changes at command and arguments only, whatever it is written like", () => {
    expect(wrapped(CONFIG)).toBe(`{
\t// my servers
\t"theme": "dark",
\t"mcpServers": {
\t\t"memory": {
\t\t\t"command": "/opt/node", // by npm
\t\t\t"args": [
\t\t\t\t"/opt/mcp-ops.js",
\t\t\t\t"wrap",
\t\t\t\t"--name",
\t\t\t\t"memory",
\t\t\t\t"--",
\t\t\t\t"npx",
\t\t\t\t"-y",
\t\t\t\t"@modelcontextprotocol/server-memory", /* latest */
\t\t\t],
\t\t\t"env": { "MEMORY_FILE": "\${HOME}/m.json", "KEY": "\${KEY:-none}" },
\t\t},
\t\t"one line": { "disabled": true, "args": ["/opt/mcp-ops.js", "wrap", "--name", "one line", "--", "\${HOME}/bin/serve", "\\u002Da", "\${DIR}"], "command": "/opt/node", "x-own": 1 },
\t\t"empty": {"command":"/opt/node","args":["/opt/mcp-ops.js", "wrap", "--name", "empty", "--", "serve"]},
\t\t"remote": { "url": "https://example.com/mcp", "headers": { "Authorization": "Bearer \${TOKEN}" } },
\t\t"odd": { "command": "serve", "args": [1] },
\t},
}
`);
  });

  it("comes back byte by byte, and does not change when it is wrapped twice", () => {
    expect(unwrapped(wrapped(CONFIG))).toBe(CONFIG);
    expect(wrapped(wrapped(CONFIG))).toBe(wrapped(CONFIG));
    expect(unwrapped(CONFIG)).toBe(CONFIG);
  });

  it.each([
    ["Claude Desktop, Cursor", '{"mcpServers":{"a":{"command":"x","args":["y"]}}}'],
    ["VS Code", '{"inputs":[],"servers":{"a":{"type":"stdio","command":"x","args":["y"]}}}'],
    ["VS Code's settings", '{"mcp":{"servers":{"a":{"command":"x","args":["y"]}}}}'],
    ["Claude Code, by project", '{"projects":{"/src":{"mcpServers":{"a":{"command":"x","args":["y"]}}}}}'],
    [
      "a file with a byte order mark and CRLF",
      '\uFEFF{\r\n"mcpServers":{"a":{\r\n"args":[\r\n  "y"\r\n],"command":"x"}}}\r\n',
    ],
  ])("is read as %s writes it", (_, text) => {
    const { text: after, servers } = wrapText("mcp.json", text, launcher, ["--audit", "/log"]);
    expect(servers).toEqual([{ name: "a", action: "wrapped" }]);
    expect(after.replaceAll(/\s+/g, "")).toContain(
      '["/opt/mcp-ops.js","wrap","--name","a","--audit","/log","--","x","y"]',
    );
    expect(unwrapped(after)).toBe(text);
  });

  it("gets arguments where there were none", () => {
    const text = '{"mcpServers":{"a":{"command":"x","env":{}}}}';
    expect(JSON.parse(wrapped(text)).mcpServers.a).toEqual({
      command: "/opt/node",
      args: ["/opt/mcp-ops.js", "wrap", "--name", "a", "--", "x"],
      env: {},
    });
    expect(JSON.parse(unwrapped(wrapped(text))).mcpServers.a).toEqual({ command: "x", args: [], env: {} });
  });

  it("knows what is wrapped already, by whatever launcher", () => {
    for (const words of [
      ["mcp-ops"],
      ["npx", "-y", "mcp-ops@1"],
      ["C:\\node.exe", "C:\\npm\\mcp-ops.js"],
      ["mcp-ops.cmd"],
    ]) {
      const [command, ...args] = [...words, "wrap", "--", "x", "y"];
      const text = JSON.stringify({ mcpServers: { a: { command, args } } });
      expect(wrapped(text)).toBe(text);
      expect(JSON.parse(unwrapped(text)).mcpServers.a).toEqual({ command: "x", args: ["y"] });
    }
  });

  it.each([
    ['{\n  "mcpServers": {\n    oops\n', "line 3, column 5"],
    ["[]", "holds no JSON object"],
    ["", "value expected at line 1, column 1"],
  ])("is refused when it cannot be read: %j", (text, words) => {
    expect(() => wrapped(text)).toThrow(words);
  });

  it("holds the same servers before, wrapped and after, for any config", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 8 });
    const entry = fc.record(
      { command: word, args: fc.array(word), env: fc.dictionary(word, word) },
      { requiredKeys: ["command"] },
    );
    const servers = fc.dictionary(
      word.filter((name) => name !== "__proto__"),
      entry,
    );
    fc.assert(
      fc.property(servers, fc.constantFrom(undefined, 2, "\t"), (mcpServers, indent) => {
        const text = JSON.stringify({ mcpServers }, undefined, indent);
        const after = JSON.parse(wrapped(text)).mcpServers;
        for (const [name, { command, args = [] }] of Object.entries(mcpServers)) {
          if (after[name].command === command) continue; // Looked wrapped by chance.
          expect(after[name].args).toEqual(["/opt/mcp-ops.js", "wrap", "--name", name, "--", command, ...args]);
        }
        expect(unwrapped(wrapped(unwrapped(wrapped(text))))).toBe(unwrapped(wrapped(text)));
        const everywhere = Object.values(mcpServers).every(({ args }) => args !== undefined);
        if (everywhere) expect(unwrapped(wrapped(text))).toBe(text);
      }),
    );
  });
});

describe("the file", () => {
  let folder: string;
  let config: string;
  const now = () => readFileSync(config, "utf8");
  const wrap = () => wrapFleet({ config, launcher, write: true });
  const unwrap = () => unwrapFleet({ config, write: true });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-ops-fleet-"));
    config = join(folder, "mcp.json");
    // Without arguments: what cannot be undone in place.
    writeFileSync(config, '{ "mcpServers": { "a": { "command": "x" }, "b": { "command": "y" } } }', { mode: 0o640 });
    return () => rmSync(folder, { recursive: true });
  });

  it("is not touched without write", async () => {
    const { ino, mtimeNs } = statSync(config, { bigint: true });
    const { text, written } = await wrapFleet({ config, launcher, write: false });
    expect({ written, wrapped: text !== now() }).toEqual({ written: false, wrapped: true });
    expect(statSync(config, { bigint: true })).toMatchObject({ ino, mtimeNs });
    expect(readdirSync(folder)).toEqual(["mcp.json"]);
  });

  it("gets its very bytes back, mode and all, and nothing stays beside it", async () => {
    const before = now();
    const { backup } = await wrap();
    expect(readFileSync(backup as string, "utf8")).toBe(before);
    expect(statSync(config).mode & 0o777).toBe(0o640);
    expect(await unwrap()).toMatchObject({ written: true, backup: undefined });
    expect(now()).toBe(before);
    expect(readdirSync(folder)).toEqual(["mcp.json"]);
  });

  it("gets its very bytes back also when only our options were changed, and when servers came and were wrapped later", async () => {
    const before = now();
    await wrap();
    writeFileSync(config, now().replaceAll('"wrap"', '"wrap", "--audit", "/log"'));
    await unwrap();
    expect(now()).toBe(before);
    await wrap();
    writeFileSync(config, now().replace('"mcpServers": {', '"mcpServers": { "c": { "command": "z", "args": ["1"] },'));
    const { servers } = await wrap();
    expect(servers.map(({ action }) => action)).toEqual(["wrapped", "left alone", "left alone"]);
    await unwrap();
    expect(JSON.parse(now()).mcpServers).toMatchObject({ a: { command: "x" }, c: { command: "z", args: ["1"] } });
    expect(now()).not.toContain("wrap");
  });

  it("is unwrapped in place when it was changed since, and its backup stays", async () => {
    await wrap();
    writeFileSync(config, now().replace("{", '{ "new": true,'));
    const { backup } = await unwrap();
    expect(JSON.parse(now())).toEqual({
      new: true,
      mcpServers: { a: { command: "x", args: [] }, b: { command: "y", args: [] } },
    });
    expect(existsSync(backup as string)).toBe(true);
  });

  it("is reached through a link, which stays one", async () => {
    const link = join(folder, "link.json");
    symlinkSync("mcp.json", link);
    const { file } = await wrapFleet({ config: link, launcher, write: true });
    expect(file).toBe(config);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(now()).toContain("wrap");
  });

  it("is left alone when somebody else wrote it meanwhile", async () => {
    const read = Buffer.from(now());
    writeFileSync(config, "theirs");
    await expect(replaceFile(config, read, Buffer.from("ours"))).rejects.toMatchObject({
      code: "PROXY_CONFIG_CHANGED",
    });
    expect(now()).toBe("theirs");
    expect(readdirSync(folder)).toEqual(["mcp.json"]);
  });

  it("is left alone when it is not UTF-8, which could not be written back as it is", async () => {
    writeFileSync(config, Buffer.from([0x7b, 0xff, 0x7d]));
    await expect(wrap()).rejects.toMatchObject({ code: "PROXY_CONFIG_INVALID" });
  });
});

it("is started by name where it is installed, by npx where npx brought it, else by its paths", () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-ops-launcher-"));
  writeFileSync(join(folder, "mcp-ops"), "");
  expect(launcherFor(`/x:${folder}`, "/node", "/s.js")).toEqual({ command: "/node", args: ["/s.js"] });
  chmodSync(join(folder, "mcp-ops"), 0o755);
  expect(launcherFor(`/x:${folder}`, "/node", "/s.js")).toEqual({ command: "mcp-ops", args: [] });
  expect(launcherFor(undefined, "/node", "/c/_npx/1/s.js")).toEqual({ command: "npx", args: ["-y", "mcp-ops"] });
  rmSync(folder, { recursive: true });
});
