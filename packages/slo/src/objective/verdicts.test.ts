import { readFileSync } from "node:fs";
import { STATUS_MEANING } from "@mcp-ops/formats";
import { expect, it } from "vitest";
import { CALL_ENDS, callEnd, VERDICT_TABLE } from "./verdicts.ts";

it("every way a call can end is in the table, and the table is in the docs as it is here", () => {
  const statuses = Object.keys(STATUS_MEANING).filter((status) => status !== "sent");
  expect([...CALL_ENDS].sort()).toEqual([...statuses, "client_error"].sort());
  const docs = readFileSync(new URL("../../../../docs/slo.md", import.meta.url), "utf8");
  for (const [end, { availability, latency, errors, why }] of Object.entries(VERDICT_TABLE)) {
    expect(docs).toContain(`| \`${end}\` | ${availability} | ${latency} | ${errors} | ${why} |`);
  }
});

it("what is no call, or a word of a newer version, says nothing", () => {
  expect(callEnd("client_error")).toBe("client_error");
  for (const other of ["sent", "postponed", "toString"]) expect(callEnd(other)).toBeUndefined();
});
