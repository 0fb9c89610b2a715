import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const packages = readdirSync(new URL("packages/", root)).filter((name) =>
  existsSync(new URL(`packages/${name}/package.json`, root)),
);
const paths = (config: { references?: { path: string }[] }) => (config.references ?? []).map(({ path }) => path).sort();

it("builds every package from the root", () => {
  expect(paths(json("tsconfig.json"))).toEqual(packages.map((name) => `packages/${name}`).sort());
});

// `turbo boundaries` enforces what the tags say; a package without a tag would be bound by nothing.
describe.each(packages)("%s", (name) => {
  const manifest = json(`packages/${name}/package.json`);
  const ours = Object.keys(manifest.dependencies ?? {}).filter((dependency) => dependency.startsWith("@mcp-ops/"));

  it("stands on exactly one floor", () => {
    expect(json(`packages/${name}/turbo.json`).tags).toEqual([expect.stringMatching(/^floor-[0-4]$/)]);
  });

  it("lets the compiler reference what its manifest depends on", () => {
    const expected = ours.map((dependency) => dependency.replace("@mcp-ops/", "../")).sort();
    expect(paths(json(`packages/${name}/tsconfig.json`))).toEqual(expected);
  });

  it("promises the Node versions and the licence of the project", () => {
    expect(manifest).toMatchObject({ license: "Apache-2.0", type: "module", engines: { node: ">=22.19" } });
  });
});
