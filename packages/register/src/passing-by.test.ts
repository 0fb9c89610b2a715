import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { LoadFnOutput, LoadHookContext } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { loadPassingBy, mistreatsImportedCommonJs } from "./passing-by.ts";

const url = "file:///app/lib.cjs";
const imported: LoadHookContext = { conditions: ["node", "import"], format: "commonjs", importAttributes: {} };
const commonJs: LoadFnOutput = { format: "commonjs", source: "exports.a = 1" };
const OLD = "22.19.0";
const NEW = "24.21.0";

it.each([
  ["22.15.0", true],
  ["22.22.3", true],
  ["22.23.0", false],
  ["23.11.1", true],
  ["24.11.0", true],
  ["24.11.1", false],
  ["25.0.0", false],
])("Node %s mistreats imported CommonJS: %s", (version, mistreats) => {
  expect(mistreatsImportedCommonJs(version)).toBe(mistreats);
});

describe("a module that is none of our business", () => {
  it("passes unchanged through a Node that treats it well", () => {
    expect(loadPassingBy(url, imported, () => commonJs, NEW)).toBe(commonJs);
  });

  it("goes to the loader of CommonJS in one that does not", () => {
    expect(loadPassingBy(url, imported, () => commonJs, OLD)).toEqual({ ...commonJs, format: "commonjs-sync" });
  });

  it("passes unchanged when it is required, or is an ES module, or no file", () => {
    const required = { ...imported, conditions: ["node", "require"] };
    const esModule: LoadFnOutput = { format: "module", source: "" };
    expect(loadPassingBy(url, required, () => commonJs, OLD)).toBe(commonJs);
    expect(loadPassingBy(url, imported, () => esModule, OLD)).toBe(esModule);
    expect(loadPassingBy("data:text/javascript,", imported, () => commonJs, OLD)).toBe(commonJs);
  });

  it("gets its source from the file when asynchronous hooks beside ours leave it without", () => {
    const folder = mkdtempSync(join(tmpdir(), "ops-"));
    const file = join(folder, "lib.cjs");
    writeFileSync(file, "exports.b = 2");
    const noSource = () => {
      throw Object.assign(new TypeError("source is null"), { code: "ERR_INVALID_RETURN_PROPERTY_VALUE" });
    };
    const loaded = loadPassingBy(pathToFileURL(file).href, { ...imported, format: undefined }, noSource, OLD);
    rmSync(folder, { recursive: true });
    expect(loaded).toEqual({ format: "commonjs-sync", source: "exports.b = 2", shortCircuit: true });
  });

  it("fails with the error of whoever failed to load it", () => {
    const broken = () => {
      throw new Error("not found");
    };
    expect(() => loadPassingBy(url, imported, broken, OLD)).toThrow("not found");
  });
});
