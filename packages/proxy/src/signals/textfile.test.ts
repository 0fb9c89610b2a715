import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultMetrics, thisBoot } from "@mcp-ops/kit";
import { beforeEach, expect, it } from "vitest";
import { openTextfile } from "./textfile.ts";
import { forTextfile } from "./textfile-text.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-textfile-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

const open = (onWarning = (error: unknown) => expect.fail(String(error))) =>
  openTextfile({ folder, server: "weather/1", boot: thisBoot(), metrics: defaultMetrics(), onWarning });

it("leaves one whole file under a name of this process, and keeps it at the end, up to date", async () => {
  const textfile = await open();
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(name).toBe(`mcp-ops-weather_1-${process.pid}-${thisBoot().bootId}.prom`);
  defaultMetrics().onFault({ source: "audit", kind: "threw", error: undefined });
  await textfile.close();
  const text = readFileSync(join(folder, name as string), "utf8");
  expect(text).toContain(`mcp_ops_observer_faults_total{boot="${thisBoot().bootId}",`);
  expect(text).not.toMatch(/process_cpu|nodejs_/);
  expect(readdirSync(folder)).toEqual([name]);
});

it("removes what processes that are gone left, and nothing else", async () => {
  const gone = "mcp-ops-tides-999999999-aaaaaaaaaaaa.prom";
  for (const name of [gone, "mcp-ops-notes.prom", "backup.prom"]) writeFileSync(join(folder, name), "");
  await (await open()).close();
  expect(readdirSync(folder)).toHaveLength(3);
  expect(readdirSync(folder)).not.toContain(gone);
});

it("is refused with what to do where the folder takes no file", async () => {
  writeFileSync(join(folder, "file"), "");
  folder = join(folder, "file", "inside");
  await expect(open()).rejects.toMatchObject({
    code: "PROXY_TEXTFILE_FAILED",
    message: expect.stringContaining("--textfile"),
  });
});

it("marks every series, so that the files of two processes never hold the same one", () => {
  const text =
    '# HELP a_total x\n# TYPE a_total counter\na_total 1\na_total{b="{ }"} 2\n# TYPE process_x gauge\nprocess_x 3\n';
  expect(forTextfile(text, { boot: "b" })).toBe(
    '# HELP a_total x\n# TYPE a_total counter\na_total{boot="b"} 1\na_total{boot="b",b="{ }"} 2\n',
  );
});
