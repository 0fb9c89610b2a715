/** What clients may read of cost and objectives, on servers of every SDK. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Exchange } from "@mcp-ops/exchange";
import { COST_FILE, JOURNAL_FOLDER, SLO_FILE } from "@mcp-ops/formats";
import { resourceGate } from "@mcp-ops/health";
import { type ReportOptions, reportResources } from "@mcp-ops/journal";
import { describe, expect, it } from "vitest";
import { type House, houses, isModern, type Own } from "../health/houses.ts";
import { budget, costDocument, sloDocument } from "./documents.ts";
import { leave, newJournal, runtimeFolder } from "./stage.ts";

const DAILY = "cost://daily-summary";
const TEMPLATE = "cost://summary{?days}";
const SLO = "slo://report";

async function open(
  name: string,
  folder: string,
  options: ReportOptions = {},
  own: readonly Own[] = [],
): Promise<House> {
  const { resources, templates, offers } = reportResources(newJournal(folder), { offeredTo: "everyone", ...options });
  return await houses[name]!(own, [resourceGate({ name: "cost", resources, templates, offers })]);
}

async function read(house: House, uri: string) {
  const { result, error } = await house.ask("resources/read", { uri });
  if (error !== undefined) throw error;
  return JSON.parse(result.contents[0].text);
}

/** All pages, as a client would gather them. */
async function allUris(house: House): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const { result } = await house.ask("resources/list", cursor === undefined ? {} : { cursor });
    found.push(...result.resources.map(({ uri }: Own) => uri));
    cursor = result.nextCursor;
  } while (cursor !== undefined);
  return found;
}

describe.each(Object.keys(houses))("on %s", (name) => {
  it("are announced, listed and read where the server has no resources", async () => {
    const folder = runtimeFolder();
    leave(folder, COST_FILE, costDocument("house"));
    const house = await open(name, folder);
    expect(house.opening.result.capabilities.resources).toEqual({});
    const { resources } = (await house.ask("resources/list")).result;
    expect(resources.map(({ uri }: Own) => uri)).toEqual([DAILY, SLO]);
    expect((await house.ask("resources/templates/list")).result.resourceTemplates).toEqual([
      {
        uriTemplate: TEMPLATE,
        name: expect.any(String),
        description: expect.any(String),
        mimeType: "application/json",
      },
    ]);
    const { result } = await house.ask("resources/read", { uri: "cost://summary?days=2" });
    expect(result.contents).toMatchObject([{ uri: "cost://summary?days=2", mimeType: "application/json" }]);
    expect(await read(house, DAILY)).toMatchObject({
      source: "sidecar",
      day: "2026-10-31",
      complete: false,
      cost: 1.25,
    });
    expect(await read(house, "cost://summary?days=2")).toMatchObject({
      days: [{ cost: 1.25 }, { cost: 1.25 }],
      cost: 2.5,
    });
    expect((await read(house, "cost://summary")).days).toHaveLength(7);
  });

  it("refuse days that there are not, and know nothing of other URIs", async () => {
    const house = await open(name, runtimeFolder());
    for (const days of ["0", "32", "-1", "x", "1e1", ""])
      expect((await house.ask("resources/read", { uri: `cost://summary?days=${days}` })).error).toMatchObject({
        code: -32602,
        message: expect.stringContaining("from 1 to 31"),
      });
    for (const uri of ["cost://summary?weeks=1", "cost://summary/1", "cost://summary#1", "cost://nothing"])
      expect((await house.ask("resources/read", { uri })).error?.code).toBe(isModern(name) ? -32602 : -32002);
  });

  it("leave the place to the server's own resources of the same URIs", async () => {
    const own = [DAILY, "cost://summary?days=3"].map((uri) => ({ uri, text: "theirs" }));
    const house = await open(name, runtimeFolder(), {}, own);
    expect((await allUris(house)).filter((uri) => uri === DAILY)).toHaveLength(1);
    for (const { uri } of own)
      expect((await house.ask("resources/read", { uri })).result.contents[0].text).toBe("theirs");
  });
});

describe("with a sidecar", () => {
  it("show this server's part only, unless the author says more, and details to nobody", async () => {
    const folder = runtimeFolder();
    leave(
      folder,
      COST_FILE,
      costDocument("house", [
        budget({ server: "house" }),
        budget({ name: "customers", principal: "secret-customer" }),
        budget({ name: "of the machine", spentMicroUnits: 987_000_000, forecastMicroUnits: 987_000_000 }),
      ]),
    );
    leave(folder, SLO_FILE, sloDocument("house"));
    const house = await open("v1 McpServer", folder);
    const daily = await read(house, DAILY);
    expect(daily).toMatchObject({
      currency: "EUR",
      timeZone: "Europe/Vienna",
      server: "house",
      tools: [{ tool: "say", calls: 3, cost: 1.25 }],
      budgets: [
        { name: "all of it", limit: 10, spent: 11, state: "exceeded", hard: true },
        { name: "of the machine", state: "exceeded", hard: true },
      ],
    });
    expect(daily.ageSeconds).toBeLessThan(60);
    expect(JSON.stringify([daily, await read(house, "cost://summary")])).not.toMatch(
      /neighbour|secret|stale|0123456789ab|987/,
    );
    expect(await read(house, SLO)).toMatchObject({ objectives: [{ name: "up", state: "at-risk" }] });
    const all = await open("v1 McpServer", folder, { servers: "all" });
    expect((await read(all, DAILY)).servers).toMatchObject([{ server: "house" }, { server: "neighbour" }]);
    expect((await read(all, DAILY)).budgets).toContainEqual(expect.objectContaining({ spent: 987 }));
    expect((await read(all, SLO)).objectives).toHaveLength(2);
  });

  it("show what each principal cost only to those the author has named", async () => {
    const folder = runtimeFolder();
    leave(folder, COST_FILE, costDocument("house"));
    const { resources } = reportResources(newJournal(folder), { detailsFor: ["chief"] });
    const asked = (principal: string | undefined) => resources[0]?.read({ server: "house", principal } as Exchange);
    expect(await asked("chief")).toContain("secret-customer");
    for (const nobody of [undefined, "secret-customer", "Chief", ""])
      expect(await asked(nobody)).not.toContain("secret");
  });

  it.each([
    ["too old", -3_700_000],
    ["of a time to come, before a clock was set back", 3_700_000],
  ])("say how old it is, and when that is %s", async (_, ms) => {
    const folder = runtimeFolder();
    leave(folder, COST_FILE, costDocument("house", [], Date.now() + ms));
    const daily = await read(await open("v1 McpServer", folder), DAILY);
    expect(daily).toMatchObject({ source: "sidecar", stale: true, note: expect.stringContaining("written nothing") });
    expect(daily.ageSeconds).toBeGreaterThanOrEqual(3600);
  });

  it("follow the document when it is replaced, and fall back on the process's own figures when it goes or is none", async () => {
    const folder = runtimeFolder();
    const { resources } = reportResources(newJournal(folder, {}), {});
    const source = async () => JSON.parse((await resources[0]?.read({ server: "house" } as Exchange)) ?? "").source;
    expect(await source()).toBe("process");
    const path = join(folder, JOURNAL_FOLDER, COST_FILE);
    const at = new Date().toISOString();
    const empty = `{"schema":1,"generatedAt":"${at}"}`;
    for (const wrong of ["", "{", "null", "[]", '{"schema":2}', '{"schema":1}', empty]) {
      leave(folder, COST_FILE, wrong);
      leave(folder, SLO_FILE, wrong);
      const [daily, slo] = reportResources(newJournal(folder), {}).resources;
      expect(await daily?.read({ server: "house" } as Exchange)).toContain('"source":"process"');
      expect(await slo?.read({ server: "house" } as Exchange)).toContain('"source":"none"');
    }
    const believed = async () => {
      const fresh = reportResources(newJournal(folder, {}), {}).resources;
      return JSON.parse((await fresh[0]?.read({ server: "house" } as Exchange)) ?? "").source;
    };
    leave(folder, COST_FILE, costDocument("house"));
    expect(await believed()).toBe("sidecar");
    chmodSync(path, 0o666);
    expect(await believed()).toBe("process");
  });
});

it("without a sidecar tell what the process knows itself, and say so", async () => {
  const used = newJournal(undefined);
  const { resources } = reportResources(used, {});
  const [daily, slo] = await Promise.all(resources.map(({ read: ask }) => ask({ server: "house" } as Exchange)));
  expect(JSON.parse(daily ?? "")).toMatchObject({
    source: "process",
    note: expect.stringContaining("know no prices"),
    timeZone: "UTC",
    calls: 0,
    processCpuSeconds: expect.any(Number),
  });
  expect(JSON.parse(slo ?? "")).toMatchObject({ source: "none", objectives: [] });
});

it("are offered over a pipe, and over HTTP to those who are authenticated, unless the author offers them to everyone", () => {
  const who = [{ transport: "stdio" }, { transport: "memory" }, { transport: "http" }, { transport: "sse" }];
  const offered = (options: ReportOptions) => {
    const { offers } = reportResources(newJournal(undefined), options);
    return [...who, { transport: "http", principal: "somebody" }].map((exchange) => offers(exchange as Exchange));
  };
  expect(offered({})).toEqual([true, true, false, false, true]);
  expect(offered({ offeredTo: "everyone" })).toEqual([true, true, true, true, true]);
});
