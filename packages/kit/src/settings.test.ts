import { describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";

describe("MCP_OPS_LISTEN", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["off", "off"],
    ["9464", { port: 9464 }],
    ["0.0.0.0:9464", { port: 9464, host: "0.0.0.0" }],
    ["[::1]:9464", { port: 9464, host: "::1" }],
    ["localhost:0", { port: 0, host: "localhost" }],
    ["/run/weather.sock", { socket: "/run/weather.sock" }],
    ["unix:/run/weather.sock", { socket: "/run/weather.sock" }],
  ])("%j listens on %j", (value, listen) => {
    expect(readSettings({ MCP_OPS_LISTEN: value }, 1000)).toMatchObject({ listen, problems: [] });
  });

  it.each(["potato", "host:", "::1:9464", "127.0.0.1:70000", "weather.sock", "off ", "http://127.0.0.1:9464"])(
    "%j is a problem, and the usual socket stands in",
    (value) => {
      const { listen, problems } = readSettings({ MCP_OPS_LISTEN: value }, 1000);
      expect(listen).toBeUndefined();
      expect(problems).toEqual([expect.stringContaining(`MCP_OPS_LISTEN is ${JSON.stringify(value)}. Give a port`)]);
    },
  );
});

it("splits the hosts that may ask at commas", () => {
  expect(readSettings({ MCP_OPS_HOSTS: "weather, metrics.example.com ," }, 1000).hosts).toEqual([
    "weather",
    "metrics.example.com",
  ]);
  expect(readSettings({}, 1000).hosts).toEqual([]);
});

it("leaves out what is no host, and says so", () => {
  const { hosts, problems } = readSettings({ MCP_OPS_HOSTS: "http://weather/,weather" }, 1000);
  expect(hosts).toEqual(["weather"]);
  expect(problems).toEqual([expect.stringContaining('MCP_OPS_HOSTS holds "http://weather/"')]);
});

it("finds the runtime folder as the sidecar does", () => {
  expect(readSettings({ MCP_OPS_RUNTIME_DIR: "/srv/ops" }, 1000).folder).toBe("/srv/ops");
  expect(readSettings({ XDG_RUNTIME_DIR: "/run/user/1000" }, 1000).folder).toBe("/run/user/1000/mcp-ops");
  expect(readSettings({}, 1000).folder).toMatch(/\/mcp-ops-1000$/);
});

it("keeps an audit log only where the operator names a folder", () => {
  expect(readSettings({}, 1000).auditFolder).toBeUndefined();
  expect(readSettings({ MCP_OPS_AUDIT_FOLDER: "" }, 1000).auditFolder).toBeUndefined();
  expect(readSettings({ MCP_OPS_AUDIT_FOLDER: "/var/log/mcp" }, 1000).auditFolder).toBe("/var/log/mcp");
});

it.each([
  [undefined, false, 0],
  ["", false, 0],
  ["off", false, 0],
  ["on", true, 0],
  ["yes", false, 1],
])("MCP_OPS_HEALTH_RESOURCE=%s shows the resource: %s, with %i problems", (value, healthResource, count) => {
  const settings = readSettings({ MCP_OPS_HEALTH_RESOURCE: value }, 1000);
  expect(settings).toMatchObject({ healthResource });
  expect(settings.problems).toHaveLength(count);
});

it.each([
  [undefined, "on"],
  ["", "on"],
  ["off", "off"],
  ["in-front", "in-front"],
])("MCP_OPS_JOURNAL=%s is %s", (said, journal) => {
  expect(readSettings({ MCP_OPS_JOURNAL: said }, 1000)).toMatchObject({ journal, problems: [] });
});

it("a word for the journal that is none is told, and it stays on", () => {
  const { journal, problems } = readSettings({ MCP_OPS_JOURNAL: "no" }, 1000);
  expect([journal, problems]).toEqual(["on", [expect.stringContaining("MCP_OPS_JOURNAL")]]);
});
