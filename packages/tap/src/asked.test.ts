import { expect, test } from "vitest";
import { askedInBody, askedInHeaders, askedInText } from "./asked.ts";
import { UNREAD_ID } from "./messages.ts";

test("reads requests and notifications of a body, alone or in a batch, and ignores responses in it", () => {
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call" };
  const notice = { jsonrpc: "2.0", method: "notifications/cancelled" };
  expect(askedInBody(call)).toEqual([call]);
  expect(askedInBody([call, notice, { id: 2, result: {} }, null])).toEqual([call, notice]);
  expect(askedInBody({ id: 2, result: {} })).toEqual([]);
  expect(askedInBody(undefined)).toBeUndefined();
  expect(askedInText("{ broken")).toBeUndefined();
});

test("reads the headers of revision 2026-07-28, also names that are not ASCII", () => {
  const name = `=?base64?${Buffer.from("grüße").toString("base64")}?=`;
  const headers = { "mcp-method": "tools/call", "mcp-name": name };
  expect(askedInHeaders(headers)).toEqual([{ id: UNREAD_ID, method: "tools/call", params: { name: "grüße" } }]);
  expect(askedInHeaders(new Headers({ "mcp-method": "resources/read", "mcp-name": "a://b" }))).toEqual([
    { id: UNREAD_ID, method: "resources/read", params: { uri: "a://b" } },
  ]);
  expect(askedInHeaders({ "mcp-method": "notifications/x" })).toEqual([{ method: "notifications/x" }]);
  expect(askedInHeaders({})).toBeUndefined();
});
