import { type Health, health } from "@mcp-ops/health";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Heard, type House, houses, isModern, type Own } from "./houses.ts";

const OURS = "health://status";
const own: Own = { uri: "config://app", text: "theirs" };

function started(options: Parameters<typeof health>[0] = {}): Health {
  const one = health(options);
  onTestFinished(() => one.close());
  one.start();
  return one;
}

const uris = ({ result }: Heard): string[] => result.resources.map(({ uri }: Own) => uri);
const textOf = ({ result }: Heard): string => result.contents[0].text;

/** All pages, as a client would gather them. */
async function allUris(house: House): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await house.ask("resources/list", cursor === undefined ? {} : { cursor });
    found.push(...uris(page));
    cursor = page.result.nextCursor;
  } while (cursor !== undefined);
  return found;
}

describe.each(Object.keys(houses))("on %s", (name) => {
  const open = (resources: readonly Own[], gates = [started().gate]) => houses[name]!(resources, gates);

  /** What a result of ours carries around its body in this era: all that 2026-07-28 requires, nothing that older revisions do not know. */
  const wrapping = isModern(name)
    ? {
        resultType: "complete",
        ttlMs: 0,
        cacheScope: "private",
        _meta: { "io.modelcontextprotocol/serverInfo": { name: "house", version: "7.7" } },
      }
    : {};

  it("is announced, listed and read where the server has no resources", async () => {
    const house = await open([]);
    expect(house.opening.result.capabilities.resources).toEqual({});
    const listed = await house.ask("resources/list");
    expect(listed.result).toEqual({
      resources: [
        {
          uri: OURS,
          name: "health",
          description: expect.any(String),
          mimeType: "application/json",
        },
      ],
      ...wrapping,
    });
    expect((await house.ask("resources/templates/list")).result).toEqual({ resourceTemplates: [], ...wrapping });
    const read = await house.ask("resources/read", { uri: OURS });
    expect(read.result).toEqual({
      contents: [{ uri: OURS, mimeType: "application/json", text: expect.any(String) }],
      ...wrapping,
    });
    expect(JSON.parse(textOf(read))).toEqual({ schema: 1, status: "healthy", ready: true, dependencies: [] });
    for (const { status } of [house.opening, listed, read]) expect([200, undefined]).toContain(status);
  });

  it("knows of a resource nobody has only that it is not found", async () => {
    const house = await open([]);
    const { error } = await house.ask("resources/read", { uri: "nobody://has" });
    expect(error?.code).toBe(isModern(name) ? -32602 : -32002);
  });

  it("stands beside the server's own resources, which stay as they are", async () => {
    const plain = await open([own], []);
    const house = await open([own]);
    expect(house.opening.result.capabilities.resources).toEqual(plain.opening.result.capabilities.resources);
    const before = await plain.ask("resources/list");
    const after = await house.ask("resources/list");
    expect(after.result).toEqual({
      ...before.result,
      resources: [...before.result.resources, expect.objectContaining({ uri: OURS })],
    });
    for (const method of ["resources/templates/list", "tools/list"]) {
      expect(await house.ask(method)).toEqual({ ...(await plain.ask(method)), id: expect.anything() });
    }
    const asks = { uri: own.uri };
    expect((await house.ask("resources/read", asks)).result).toEqual((await plain.ask("resources/read", asks)).result);
    expect(JSON.parse(textOf(await house.ask("resources/read", { uri: OURS })))).toMatchObject({ status: "healthy" });
  });

  it("leaves the place to the server's own resource of that URI, and warns once", async () => {
    const warnings: string[] = [];
    const { gate } = started({ onWarning: ({ code }) => warnings.push(code) });
    const house = await open([{ uri: OURS, text: "theirs" }, own], [gate]);
    // The very first reading too, when nobody can know yet what the server has.
    expect(textOf(await house.ask("resources/read", { uri: OURS }))).toBe("theirs");
    expect((await allUris(house)).sort()).toEqual([own.uri, OURS]);
    expect(textOf(await house.ask("resources/read", { uri: OURS }))).toBe("theirs");
    expect(warnings).toEqual(["HEALTH_RESOURCE_CLASH"]);
  });

  it("offers resources of one's own in the same way, which may take their time", async () => {
    const { gate } = started({
      resources: [
        { uri: "ops://motto", name: "motto", read: async () => "keep calm" },
        { uri: "ops://logo", name: "logo", mimeType: "image/png", read: () => ({ blob: "AAAA" }) },
      ],
    });
    const house = await open([own], [gate]);
    expect(uris(await house.ask("resources/list"))).toEqual([own.uri, OURS, "ops://motto", "ops://logo"]);
    const motto = await house.ask("resources/read", { uri: "ops://motto" });
    expect(motto.result).toEqual({ contents: [{ uri: "ops://motto", text: "keep calm" }], ...wrapping });
    expect((await house.ask("resources/read", { uri: "ops://logo" })).result.contents).toEqual([
      { uri: "ops://logo", mimeType: "image/png", blob: "AAAA" },
    ]);
  });

  it("leaves no trace when turned off", async () => {
    const house = await open([], [started({ statusResource: false }).gate]);
    const plain = await open([], []);
    expect(house.opening).toEqual(plain.opening);
    for (const [method, params] of [["resources/list"], ["resources/read", { uri: OURS }]] as [string, object?][]) {
      expect(await house.ask(method, params)).toEqual(await plain.ask(method, params));
    }
  });

  it("tells details only to whom the author says", async () => {
    const house = await open([], [started({ details: ({ target }) => target === OURS }).gate]);
    expect(JSON.parse(textOf(await house.ask("resources/read", { uri: OURS })))).toMatchObject({
      server: "house",
      version: "7.7",
      memory: { rssBytes: expect.any(Number) },
    });
  });
});

it("comes once, at the end of the last page", async () => {
  const pages = ["a://1", "a://2", "a://3"].map((uri) => ({ uri, text: "" }));
  const house = await houses["v1 low-level"]!(pages, [started().gate]);
  const first = await house.ask("resources/list");
  expect(uris(first)).toEqual(["a://1"]);
  expect(uris(await house.ask("resources/list", { cursor: "1" }))).toEqual(["a://2"]);
  expect(uris(await house.ask("resources/list", { cursor: "2" }))).toEqual(["a://3", OURS]);
  expect(await allUris(house)).toEqual(["a://1", "a://2", "a://3", OURS]);
});
