import { existsSync, readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
/** Folders with a package that is published. */
const folders = [
  ...readdirSync(new URL("packages/", root)).map((name) => `packages/${name}`),
  "alerts",
  "dashboards",
].filter((folder) => existsSync(new URL(`${folder}/package.json`, root)));
const folderOf = new Map(folders.map((folder) => [json(`${folder}/package.json`).name as string, folder]));
const paths = (config: { references?: { path: string }[] }) => (config.references ?? []).map(({ path }) => path).sort();

it("builds every package from the root", () => {
  expect(paths(json("tsconfig.json"))).toEqual(folders.toSorted());
});

// `turbo boundaries` enforces what the tags say; a package without a tag would be bound by nothing.
describe.each(folders)("%s", (folder) => {
  const manifest = json(`${folder}/package.json`);
  const ours = Object.keys(manifest.dependencies ?? {}).filter((dependency) => dependency.startsWith("@mcp-ops/"));

  it("stands on exactly one floor", () => {
    expect(json(`${folder}/turbo.json`).tags).toEqual([expect.stringMatching(/^floor-[0-4]$/)]);
  });

  it("lets the compiler reference what its manifest depends on", () => {
    const expected = ours.map((dependency) => relative(folder, folderOf.get(dependency) ?? dependency)).sort();
    expect(paths(json(`${folder}/tsconfig.json`))).toEqual(expected);
  });

  it("promises the Node versions and the licence of the project", () => {
    expect(manifest).toMatchObject({ license: "Apache-2.0", type: "module", engines: { node: ">=22.19" } });
  });
});
