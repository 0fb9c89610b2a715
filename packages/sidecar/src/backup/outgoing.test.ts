import { newBackupId } from "@mcp-ops/backup";
import { describe, expect, it } from "vitest";
import { outgoing } from "./outgoing.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY_MS = 86_400_000;
const [before, older, newer, newest, future] = [-9, -3, -2, -1, 400].map((days) =>
  newBackupId(NOW + days * DAY_MS),
) as [string, string, string, string, string];
const made = (...ids: string[]) => ids.map((id) => ({ ref: { set: "a", id }, result: "complete" as const }));
const known = new Set([older, newer, newest]);

describe("what goes to a bucket", () => {
  it("is what is newer than the newest copy: what somebody has removed there does not come again", () => {
    expect(outgoing(made(older, newer, newest), known, [newer], NOW).ids).toEqual([newest]);
    expect(outgoing(made(older, newer, newest), known, [], NOW).ids).toEqual([older, newer, newest]);
  });

  it("is never what is partial", () => {
    expect(outgoing([{ ref: { set: "a", id: older }, result: "partial" }], known, [], NOW).ids).toEqual([]);
  });

  it("is held up by nothing that others have put there, and by no time that has not come; both are told", () => {
    const there = [before, older, future];
    expect(outgoing(made(newer, newest), known, there, NOW)).toEqual({
      ids: [newer, newest],
      strangers: [before],
      future: [future],
    });
    // One of our own, from when the clock was wrong.
    expect(outgoing(made(newest, future), new Set([...known, future]), [future], NOW)).toMatchObject({
      ids: [newest],
      future: [future],
    });
  });
});
