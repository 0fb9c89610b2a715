/** Who may read and change what at the admin listener. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, bearer, type Question } from "./asking.ts";
import { type Daemon, House } from "./house.ts";

const TOKEN = "canary-token-0123456789abcdef";
const NEXT = "canary-next-0123456789abcdef0";
const WITH_TOKEN = "admin:\n  token: { file: token }\n";

const post = (question: Question = {}): Question => ({ ...question, method: "POST" });

describe("an admin listener with a token", () => {
  let house: House;
  let daemon: Daemon;

  beforeAll(async () => {
    house = new House();
    writeFileSync(join(house.folder, "token"), `${TOKEN}\n`);
    daemon = await house.daemon(`${WITH_TOKEN}backup: { sets: { kept: { sources: [{ path: mcp-ops.yaml }] } } }\n`);
  });
  afterAll(() => house[Symbol.asyncDispose]());

  const as = (token: string) => ask(daemon.admin, "/api/v1/status", bearer(token));

  test("answers who shows it, and nobody else", async () => {
    expect(await as(TOKEN)).toMatchObject({ status: 200 });
    const wrong: Question[] = [
      {},
      bearer(`${TOKEN}x`),
      { headers: { authorization: TOKEN } },
      { headers: { authorization: "Basic eDp5" } },
    ];
    for (const question of wrong) {
      const { status, headers, body } = await ask(daemon.admin, "/api/v1/status", question);
      expect({ status, challenge: headers["www-authenticate"] }).toEqual({
        status: 401,
        challenge: 'Bearer realm="mcp-ops"',
      });
      expect(JSON.parse(body)).toEqual({
        error: { code: "SIDECAR_TOKEN_REFUSED", message: expect.stringContaining("admin.token") },
      });
    }
  });

  test("refuses a host name it does not know, whatever the token", async () => {
    const { status, body } = await ask(daemon.admin, "/api/v1/status", {
      headers: { host: "evil.example", ...bearer(TOKEN).headers },
    });
    expect({ status, body }).toEqual({ status: 403, body: expect.stringContaining("admin.hosts") });
  });

  test("describes in its OpenAPI document just the operations it has", async () => {
    const { paths } = JSON.parse((await ask(daemon.admin, "/api/v1/openapi.json", bearer(TOKEN))).body) as {
      paths: Record<string, { servers?: { url: string }[] } & Readonly<Record<string, { operationId: string }>>>;
    };
    expect(Object.keys(paths).toSorted()).toEqual([
      "/arbiter",
      "/backups",
      "/backups/{set}",
      "/backups/{set}/accept",
      "/backups/{set}/offer",
      "/backups/{set}/piece",
      "/backups/{set}/run",
      "/config",
      "/cost/advice",
      "/cost/export",
      "/cost/forecast",
      "/cost/prices",
      "/cost/summary",
      "/cost/top",
      "/duties/{name}/restart",
      "/failover",
      "/failover/failover",
      "/failover/floor",
      "/failover/head-start",
      "/failover/history",
      "/failover/pause",
      "/failover/switchover",
      "/fleet",
      "/openapi.json",
      "/promote",
      "/reload",
      "/slo",
      "/slo/report",
      "/status",
    ]);
    for (const [path, { servers, ...operations }] of Object.entries(paths)) {
      const [start] = servers?.map(({ url }) => url.replace(/\/$/, "")) ?? ["/api/v1"];
      const url = `${start}${path.replace("{name}", "fleet").replace("{set}", "kept")}`;
      // In this config there is no failover, and no set is offered.
      const good = /^\/(?:failover|promote)|\/(?:offer|piece)$/.test(path) ? [404] : [200, 202];
      const methods = Object.keys(operations).map((method) => method.toUpperCase());
      const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
      expect(await ask(daemon.admin, url, { ...bearer(TOKEN), method: "OPTIONS" })).toMatchObject({
        status: 204,
        headers: { allow },
      });
      expect(await ask(daemon.admin, url, { ...bearer(TOKEN), method: "PUT" })).toMatchObject({
        status: 405,
        headers: { allow },
      });
      for (const method of methods)
        expect(good).toContain((await ask(daemon.admin, url, { ...bearer(TOKEN), method })).status);
      if (methods.includes("GET")) {
        expect(await ask(daemon.admin, url, { ...bearer(TOKEN), method: "HEAD" })).toMatchObject({
          status: good[0],
          body: "",
        });
      }
    }
    const ids = Object.values(paths).flatMap(({ servers: _, ...one }) =>
      Object.values(one).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("says of a path or a duty it does not have that there is none", async () => {
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/api/v1/nothing"],
      ["POST", "/api/v1/duties/nothing/restart"],
    ] as const) {
      expect(await ask(daemon.admin, path, { ...bearer(TOKEN), method })).toMatchObject({ status: 404 });
    }
  });

  test("takes a new token with the config, and the old one no longer", async () => {
    writeFileSync(join(house.folder, "token"), NEXT);
    expect(await ask(daemon.admin, "/api/v1/reload", post(bearer(TOKEN)))).toMatchObject({ status: 200 });
    expect([(await as(TOKEN)).status, (await as(NEXT)).status]).toEqual([401, 200]);
    house.write("admin: {token: {file: nowhere}}");
    expect(await ask(daemon.admin, "/api/v1/reload", post(bearer(NEXT)))).toMatchObject({
      status: 409,
      body: expect.stringContaining("SIDECAR_SECRET_UNREADABLE"),
    });
    expect((await as(NEXT)).status).toBe(200);
  });

  test("answers the request that moves it, and is elsewhere from then on", async () => {
    await using mover = new House();
    writeFileSync(join(mover.folder, "token"), TOKEN);
    const moving = await mover.daemon(`${WITH_TOKEN}  listen: ${join(mover.folder, "a.sock")}\n`, {
      MCP_OPS_ADMIN__LISTEN: "",
    });
    mover.write(`${WITH_TOKEN}  listen: ${join(mover.folder, "b.sock")}\n`);
    expect(await ask(moving.admin, "/api/v1/reload", post(bearer(TOKEN)))).toMatchObject({
      status: 200,
      body: '{"reloaded":true}',
    });
    expect(await ask(join(mover.folder, "b.sock"), "/api/v1/status")).toMatchObject({ status: 200 });
    await expect(ask(moving.admin, "/api/v1/status")).rejects.toThrow("ENOENT");
  });

  test("stops to look at tokens from an address that has shown too many wrong ones", async () => {
    const answers: number[] = [];
    for (let tries = 0; tries < 12; tries++) answers.push((await as(`wrong-${tries}-wrong-wrong`)).status);
    expect(answers.at(-1)).toBe(429);
    const { status, headers } = await as(NEXT);
    expect(status).toBe(429);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    const { body } = await ask(daemon.probes, "/metrics");
    for (const reason of ["host", "token", "rate"]) {
      expect(body).toMatch(new RegExp(`^mcp_ops_admin_refusals_total\\{reason="${reason}"\\} [1-9]`, "m"));
    }
  });

  test("has said no secret in all this, and logged each request by its route", async () => {
    const { out, err } = await house.command(["config", "show"]);
    const log = daemon.err.join("\n");
    expect(log + daemon.out.join() + out + err).not.toContain("canary");
    expect(log).toContain('"route":"/api/v1/duties/:name/restart","status":404');
    expect(log).not.toContain("nothing");
    expect(log).not.toContain("evil");
  });
});

describe("an admin listener without a token", () => {
  test("on loopback may be read, and changes nothing", async () => {
    await using house = new House();
    const daemon = await house.daemon();
    expect(await ask(daemon.admin, "/api/v1/status")).toMatchObject({ status: 200 });
    expect(await ask(daemon.admin, "/api/v1/config")).toMatchObject({ status: 200 });
    for (const question of [post(), post(bearer(TOKEN))]) {
      const reply = await ask(daemon.admin, "/api/v1/reload", question);
      expect(reply).toMatchObject({ status: 403, body: expect.stringContaining("Set admin.token") });
    }
  });

  test("does not open to other machines", async () => {
    await using house = new House();
    house.write("admin: {listen: '0.0.0.0:0'}");
    const { code, err } = await house.command(["sidecar"]);
    expect(code).toBe(1);
    expect(err).toContain(
      "mcp-ops.yaml:1: admin.listen is open to other machines: give admin.token or admin.tls.clientCa",
    );
  });
});

test("on a socket its owner reads without the token, and changes nothing without it", async () => {
  await using house = new House();
  const socket = join(house.folder, "admin.sock");
  const daemon = await house.daemon(WITH_TOKEN.replace("{ file: token }", "{ env: ADMIN_TOKEN }"), {
    MCP_OPS_ADMIN__LISTEN: socket,
    ADMIN_TOKEN: TOKEN,
  });
  expect(daemon.admin).toBe(socket);
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(await ask(socket, "/api/v1/status", { headers: { host: "anything" } })).toMatchObject({ status: 200 });
  expect(await ask(socket, "/api/v1/reload", post())).toMatchObject({ status: 401 });
  expect(await ask(socket, "/api/v1/duties/fleet/restart", post(bearer(TOKEN)))).toMatchObject({
    status: 200,
    body: expect.stringContaining('"running"'),
  });
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended).toBe(0);
  expect(() => statSync(socket)).toThrow("ENOENT");
});

const openssl = spawnSync("openssl", ["version"]).error === undefined;
if (!openssl) console.log("openssl is missing, so a test is skipped. Install the Debian package openssl.");

test.skipIf(!openssl)(
  "with mTLS only who shows a certificate gets an answer, and changes still take the token",
  async () => {
    await using house = new House();
    const pem = certificates(house.folder);
    const tls =
      "admin:\n  token: { env: ADMIN_TOKEN }\n  tls: { cert: server.pem, key: server.key, clientCa: ca.pem }\n";
    const daemon = await house.daemon(tls, { ADMIN_TOKEN: TOKEN });
    const known = { ca: pem("ca.pem"), cert: pem("client.pem"), key: pem("client.key") };
    expect(daemon.admin).toMatch(/^https:/);
    expect(await ask(daemon.admin, "/api/v1/status", { ...bearer(TOKEN), tls: known })).toMatchObject({ status: 200 });
    expect(await ask(daemon.admin, "/api/v1/reload", { method: "POST", tls: known })).toMatchObject({ status: 401 });
    await expect(
      ask(daemon.admin, "/api/v1/status", { ...bearer(TOKEN), tls: { ca: pem("ca.pem") } }),
    ).rejects.toThrow();
    const stranger = { ca: pem("ca.pem"), cert: pem("stranger.pem"), key: pem("stranger.key") };
    await expect(ask(daemon.admin, "/api/v1/status", { ...bearer(TOKEN), tls: stranger })).rejects.toThrow();
  },
);

test.skipIf(!openssl)("with mTLS does not open to everybody when the file of the authorities holds none", async () => {
  await using house = new House();
  certificates(house.folder);
  for (const empty of ["", "# to be filled in\n", "-----BEGIN CERTIFICATE-----\nTUlJ"]) {
    writeFileSync(join(house.folder, "none.pem"), empty);
    house.write("admin: { listen: '0.0.0.0:0', tls: { cert: server.pem, key: server.key, clientCa: none.pem } }");
    const { code, err } = await house.command(["sidecar"], { MCP_OPS_PROBES__LISTEN: "off" });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("clientCa of admin.tls cannot be used") });
  }
});

/** A certificate authority, a server and a client of it, and a stranger. */
function certificates(folder: string): (name: string) => string {
  const run = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  run("req", "-x509", ...curve, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem");
  for (const [name, subject] of [
    ["server", "subjectAltName=IP:127.0.0.1"],
    ["client", "subjectAltName=DNS:client"],
  ] as const) {
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key"];
    run(
      "req",
      "-x509",
      ...curve,
      ...by,
      "-subj",
      `/CN=${name}`,
      "-addext",
      subject,
      "-addext",
      "basicConstraints=CA:FALSE",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
    );
  }
  run("req", "-x509", ...curve, "-subj", "/CN=stranger", "-keyout", "stranger.key", "-out", "stranger.pem");
  return (name) => readFileSync(join(folder, name), "utf8");
}
