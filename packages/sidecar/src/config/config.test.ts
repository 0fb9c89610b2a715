import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { credentialsOf } from "../credentials.ts";
import { DUTY_PLANS } from "../duties/index.ts";
import { Secrets } from "../log.ts";
import { configText, uncommented } from "./example.ts";
import { initConfig } from "./init.ts";
import { loadConfig } from "./load.ts";
import { configJsonSchema, configSchema, type JsonSchema, partsOf } from "./schema.ts";
import { shownConfig } from "./show.ts";

const CANARY = "canary-0123456789-token";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ops-config-"));
  file = join(folder, "mcp-ops.yaml");
  return () => rmSync(folder, { recursive: true });
});

function load(text: string, env: Record<string, string> = {}) {
  writeFileSync(file, text);
  return loadConfig({ file, env, duties: DUTY_PLANS });
}

/** The lines of complaint about a config, without the first. */
function complaints(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    load(text, env);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: "SIDECAR_CONFIG_INVALID" });
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

it("no variable has a program run: a fence hook stands in a file", () => {
  const [first, ...others] = complaints("", { MCP_OPS_FAILOVER__FENCE__PROGRAM: "/bin/sh" });
  expect(first).toBe(
    "MCP_OPS_FAILOVER__FENCE__PROGRAM: failover.fence is taken from a file only: put it there, and unset the variable",
  );
  expect(others).toEqual([]);
  expect(complaints("", { MCP_OPS_FAILOVER__FENCE: "{ program: /bin/sh }" })).toHaveLength(1);
  expect(
    complaints("failover: { fence: { program: /bin/sh } }", { MCP_OPS_FAILOVER__FENCE__ARGS: "[x]" }),
  ).toHaveLength(1);
  expect(complaints("failover: { fence: { program: /bin/sh } }", { MCP_OPS_FAILOVER__PRIORITY: "5" })).toEqual([]);
});

describe("what is wrong with a config is told by file, line and nearest key", () => {
  it.each([
    ["probes:\n  lisen: 1", "mcp-ops.yaml:2: probes.lisen is no key of the config. Did you mean listen?"],
    ["\nflet: {}", "mcp-ops.yaml:2: flet is no key of the config. Did you mean fleet?"],
    ["admin: {tls: {cert: a, kye: b}}", "mcp-ops.yaml:1: admin.tls.kye is no key of the config. Did you mean key?"],
    ["admin:\n  tls: {cert: a}", "mcp-ops.yaml:2: admin.tls.key cannot be so: expected string, received undefined"],
    ["fleet:\n  timeoutMs: soon", "mcp-ops.yaml:2: fleet.timeoutMs cannot be so: expected number, received string"],
    ["fleet:\n  maxServers: 0", "mcp-ops.yaml:2: fleet.maxServers cannot be so: too small: expected number to be >=1"],
    [
      "probes: {listen: nowhere}",
      "mcp-ops.yaml:1: probes.listen must be a port, host:port, the absolute path of a socket, or off",
    ],
    [
      "probes:\n  hosts:\n    - fine.example\n    - 'a b'",
      "mcp-ops.yaml:4: probes.hosts.1 must be a host name, such as metrics.example.com",
    ],
    ["log: 3\n", "mcp-ops.yaml:1: log cannot be so: expected object, received number"],
    ["log: {}\nlog: {}", "mcp-ops.yaml:2: this key is there twice"],
    ["log:\n\tlevel: info", "mcp-ops.yaml:2: YAML is indented with spaces, not with tabs"],
    ["- a", 'mcp-ops.yaml:1: the config is a map of sections, such as "probes:"'],
    ["log: *nobody", "mcp-ops.yaml: an alias (*name) leads nowhere, or to too much"],
    [
      "__proto__: {}",
      "mcp-ops.yaml:1: __proto__ is no key of the config. There are: log, state, shutdown, probes, admin, fleet, backup, failover, arbiter, cost, slo, audit.",
    ],
  ])("%j", (text, complaint) => {
    expect(complaints(text)).toContain(complaint);
  });

  it("all at once", () => {
    expect(complaints("probes: {x: 1}\nfleet: {timeoutMs: 1, y: 2}")).toHaveLength(3);
  });

  it("and in variables by their names", () => {
    expect(complaints("", { MCP_OPS_FLET__TIMEOUT_MS: "1" })).toEqual([
      "MCP_OPS_FLET__TIMEOUT_MS: FLET names no key of the config. Did you mean FLEET?",
    ]);
    expect(complaints("fleet:\n  timeoutMs: 500", { MCP_OPS_FLEET__TIMEOUT_MS: "soon" })).toEqual([
      "MCP_OPS_FLEET__TIMEOUT_MS: fleet.timeoutMs cannot be so: expected number, received string",
    ]);
  });
});

describe("a config is laid together", () => {
  it("from the file, the file of the environment and the variables, the later over the earlier", () => {
    const under = "fleet:\n  timeoutMs: 900\n  maxServers: 1\n  maxSeries: 7";
    writeFileSync(join(folder, "mcp-ops.prod.yaml"), "fleet:\n  timeoutMs: 800\n  maxServers: 2");
    const { config, files, flags } = load(under, {
      MCP_OPS_ENV: "prod",
      MCP_OPS_FLEET__MAX_SERVERS: "3",
      MCP_OPS_LISTEN: "9000",
    });
    expect(config.fleet).toMatchObject({ timeoutMs: 800, maxServers: 3, maxSeries: 7 });
    expect(files).toEqual([file, join(folder, "mcp-ops.prod.yaml")]);
    expect(flags).toEqual(["--config", file, "--env", "prod"]);
  });

  it("and a reference to a secret is replaced whole", () => {
    const { config } = load("admin: {token: {file: a}}", { MCP_OPS_ADMIN__TOKEN__ENV: "TOKEN" });
    expect(config.admin.token).toEqual({ env: "TOKEN" });
  });

  it("and lists and numbers in variables are as in YAML", () => {
    const { config } = load("", { MCP_OPS_PROBES__HOSTS: "[a.example, b.example]", MCP_OPS_PROBES__LISTEN: "9000" });
    expect(config.probes).toEqual({ listen: 9000, hosts: ["a.example", "b.example"] });
  });

  it("and an environment without its file is refused", () => {
    expect(() => load("", { MCP_OPS_ENV: "prod" })).toThrow("mcp-ops.prod.yaml");
    expect(() => load("", { MCP_OPS_ENV: "../etc" })).toThrow(
      expect.objectContaining({ code: "SIDECAR_CONFIG_MISSING" }),
    );
  });

  it("and shown with the place each value comes from", () => {
    const shown = shownConfig(load("fleet:\n  timeoutMs: 500", { MCP_OPS_LOG__LEVEL: "warn" }));
    expect(shown).toContain("level: warn # MCP_OPS_LOG__LEVEL\n");
    expect(shown).toContain("timeoutMs: 500 # mcp-ops.yaml:2\n");
    expect(shown).toContain("maxServers: 64 # default\n");
  });

  it("also in lists, and in what a variable says as a whole", () => {
    const file =
      "backup:\n  sets:\n    a:\n      sources:\n        - path: x\n        - glob: y\n          required: false";
    const sets = "{ a: { schedule: 1 1 * * * } }";
    const shown = shownConfig(load(file, { MCP_OPS_BACKUP__SETS: sets }))
      .split("\n")
      .map((line) => line.trim());
    expect(shown).toEqual(
      expect.arrayContaining([
        "- path: x # mcp-ops.yaml:5",
        "required: true # default",
        "- glob: y # mcp-ops.yaml:6",
        "required: false # mcp-ops.yaml:7",
        "schedule: 1 1 * * * # MCP_OPS_BACKUP__SETS",
      ]),
    );
  });
});

describe("the admin listener is refused", () => {
  it.each(["0.0.0.0:9466", "'[::]:9466'", "192.0.2.1:9466", "box.example:9466"])(
    "on %s without a token or mTLS",
    (listen) => {
      expect(complaints(`admin:\n  listen: ${listen}`)).toEqual([
        "mcp-ops.yaml:2: admin.listen is open to other machines: give admin.token or admin.tls.clientCa, or listen on 127.0.0.1 or a socket",
      ]);
      expect(complaints(`admin:\n  listen: ${listen}\n  token: {env: X}`)).toEqual([]);
      expect(complaints(`admin:\n  listen: ${listen}\n  tls: {cert: a, key: b, clientCa: c}`)).toEqual([]);
      expect(complaints(`admin:\n  listen: ${listen}\n  tls: {cert: a, key: b}`)).toHaveLength(1);
    },
  );

  it.each(["9466", "127.0.0.1:9466", "localhost:1", "'[::1]:9466'", "/run/a.sock", "unix:/run/a.sock", "off"])(
    "not on %s",
    (listen) => {
      expect(complaints(`admin:\n  listen: ${listen}`)).toEqual([]);
    },
  );
});

describe("a secret", () => {
  const inPlace = `admin:\n  token: ${CANARY}\n`;

  it("in the config itself is refused, and not repeated", () => {
    for (const said of [
      complaints(inPlace),
      complaints("", { MCP_OPS_ADMIN__TOKEN: CANARY }),
      complaints(`admin: {tls: {cert: {a: ${CANARY}}}}`),
    ]) {
      expect(said.length).toBeGreaterThan(0);
      expect(said.join()).not.toContain("canary");
    }
    expect(complaints(inPlace)[0]).toContain("must say where the secret is");
    expect(complaints(`admin:\n  token: "${CANARY}\n  x: y\n`).join()).not.toContain("canary");
  });

  it("is read from a file or a variable, and concealed from then on", () => {
    writeFileSync(join(folder, "token"), `${CANARY}\n`);
    const secrets = new Secrets();
    const fromFile = credentialsOf(load("admin: {token: {file: token}}"), {}, secrets);
    const fromEnv = credentialsOf(load("admin: {token: {env: TOKEN}}"), { TOKEN: CANARY }, secrets);
    expect([fromFile.token, fromEnv.token]).toEqual([CANARY, CANARY]);
    expect(secrets.conceal(`it said ${CANARY}!`)).not.toContain("canary");
    expect(shownConfig(load("admin: {token: {file: token}}"))).not.toContain("canary");
  });

  it.each([
    ["{file: missing}", {}, "missing, which admin.token names, cannot be read (ENOENT)"],
    ["{env: TOKEN}", {}, "The variable TOKEN is empty or not set, and admin.token needs it."],
    ["{env: TOKEN}", { TOKEN: "canary" }, "needs at least 16 characters"],
    ["{env: TOKEN}", { TOKEN: "canary canary canary" }, "none but letters, digits and signs"],
  ])("%s that is not there or too weak is refused by its name", (reference, env, message) => {
    const loaded = load(`admin: {token: ${reference}}`);
    const reading = () => credentialsOf(loaded, env, new Secrets());
    expect(reading).toThrow(message);
    expect(reading).toThrow(
      expect.objectContaining({ code: "SIDECAR_SECRET_UNREADABLE", message: expect.not.stringContaining("canary") }),
    );
  });
});

describe("the commented config", () => {
  const schema = configJsonSchema(DUTY_PLANS);

  function paths(section: JsonSchema, prefix = ""): readonly string[] {
    return Object.entries(partsOf(section)).flatMap(([key, inner]) => [
      `${prefix}${key}`,
      ...paths(inner, `${prefix}${key}.`),
    ]);
  }

  function pathsOf(value: object, schemaPaths: readonly string[], prefix = ""): readonly string[] {
    return Object.entries(value).flatMap(([key, inner]) => {
      const path = `${prefix}${key}`;
      const isMap =
        typeof inner === "object" &&
        inner !== null &&
        !Array.isArray(inner) &&
        schemaPaths.some((one) => one.startsWith(`${path}.`));
      return [path, ...(isMap ? pathsOf(inner, schemaPaths, `${path}.`) : [])];
    });
  }

  it("has every key of the schema, and each can be uncommented", () => {
    const whole: object = parse(uncommented(configText(schema)));
    expect(pathsOf(whole, paths(schema)).toSorted()).toEqual(paths(schema).toSorted());
    expect(configSchema(DUTY_PLANS).safeParse(whole).error).toBeUndefined();
  });

  it("changes nothing as it stands, and says what a discovery found", () => {
    expect(load(configText(schema)).config).toEqual(load("").config);
    expect(load(configText(schema, ["found"], { "fleet.maxServers": 3 })).config.fleet).toMatchObject({
      maxServers: 3,
    });
  });

  it("is the one that the documentation shows (else: vitest --update)", async () => {
    await expect(configText(schema)).toMatchFileSnapshot("../../../../docs/mcp-ops.example.yaml");
  });

  it("is written for its owner, and never over another", async () => {
    const options = {
      file,
      overwrite: false,
      duties: DUTY_PLANS,
      discoveries: [async () => ({ values: { "fleet.maxServers": 5 }, notes: ["two clients"] })],
    };
    expect(await initConfig(options)).toEqual({ values: { "fleet.maxServers": 5 }, notes: ["two clients"] });
    expect(readFileSync(file, "utf8")).toContain("\n# two clients\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(initConfig(options)).rejects.toMatchObject({ code: "SIDECAR_CONFIG_EXISTS" });
    await initConfig({ ...options, overwrite: true });
    mkdirSync(join(folder, "taken"));
    await expect(initConfig({ ...options, file: join(folder, "taken") })).rejects.toMatchObject({
      code: "SIDECAR_CONFIG_EXISTS",
    });
  });
});
