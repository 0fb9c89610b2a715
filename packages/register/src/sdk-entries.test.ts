import { expect, it } from "vitest";
import { sdkOf } from "./sdk-entries.ts";

it.each([
  ["file:///app/node_modules/@modelcontextprotocol/sdk/dist/esm/server/index.js", "v1"],
  ["file:///app/node_modules/@modelcontextprotocol/sdk/dist/cjs/server/mcp.js", "v1"],
  ["file:///app/node_modules/@modelcontextprotocol/sdk/dist/server/mcp.js", "v1"],
  ["file:///app/node_modules/@modelcontextprotocol/server/dist/index.mjs?loader=1", "v2"],
  ["/app/node_modules/@modelcontextprotocol/server/dist/index.cjs", "v2"],
  ["C:\\app\\node_modules\\@modelcontextprotocol\\server\\dist\\index.cjs", "v2"],
])("knows %s as an entry of SDK %s", (url, sdk) => {
  expect(sdkOf(url)).toBe(sdk);
});

it.each([
  "node:fs",
  "file:///app/server/index.js",
  "file:///app/node_modules/@modelcontextprotocol/sdk/dist/esm/client/index.js",
  "file:///app/node_modules/@modelcontextprotocol/server/dist/mcp-oHn3ureC.mjs",
  "file:///app/node_modules/@modelcontextprotocol/client/dist/index.mjs",
])("leaves %s alone", (url) => {
  expect(sdkOf(url)).toBeUndefined();
});
