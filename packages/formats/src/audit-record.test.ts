import { expect, test } from "vitest";
import { auditFileName, auditServerSlug, parseAuditFileName } from "./index.ts";

const file = { chain: "weather.0", sequence: 42, boot: "0123456789ab", compression: ".gz" } as const;

test("the name of an audit file says its chain, its first record and its boot, and is read back", () => {
  expect(auditFileName(file)).toBe("weather.0.000000000042.0123456789ab.jsonl.gz");
  expect(parseAuditFileName(auditFileName(file))).toEqual(file);
  expect(parseAuditFileName("weather.0.lock")).toBeUndefined();
  expect(parseAuditFileName("../weather.0.000000000042.0123456789ab.jsonl")).toBeUndefined();
});

test("sorted by name, files are in the order of their records", () => {
  const names = [9, 10, 123456].map((sequence) => auditFileName({ ...file, sequence }));
  expect([...names].sort()).toEqual(names);
});

test("a server may have any name", () => {
  expect(auditServerSlug("../Wetter für alle")).toBe("___Wetter_f_r_alle");
  expect(auditServerSlug("")).toBe("_");
});
