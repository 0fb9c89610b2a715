import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FENCING_HEADER } from "@mcp-ops/formats";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GUARD_ERROR } from "../codes.ts";
import { admitRequest } from "./fenced-http.ts";
import { fencedSink } from "./fenced-sink.ts";
import { fencedWrites } from "./fenced-writes.ts";
import { type SqlQuery, sqlFence } from "./sql-fence.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fence-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const stale = expect.objectContaining({ code: GUARD_ERROR.fencedStale });
const codeOf = (work: () => unknown) => {
  try {
    return void work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("C1: who checked, was paused, and writes when another has written is refused, after a restart of the sink too", () => {
  const file = join(folder, "epoch");
  const sink = fencedSink({ file });
  const checked = 7n; // The first writer believes that it may write, and is paused here.
  sink.admit(8n);
  expect(() => sink.admit(checked)).toThrow(stale);
  expect(readFileSync(file, "utf8")).toBe("8\n");
  const again = fencedSink({ file });
  expect(() => again.admit("7")).toThrow(stale);
  again.admit("8");
  expect(again.highest).toBe(8n);
  expect(readdirSync(folder)).toEqual(["epoch"]);
});

test("a sink takes no token that leaps: everybody else would be locked out by it", () => {
  const sink = fencedSink({ file: join(folder, "epoch"), maxCount: 100n, maxIncarnations: 2 });
  const restored = (incarnation: bigint, count: bigint) => (incarnation << 48n) | count;
  sink.admit(1_000_000n); // The first one has nothing to be compared with.
  sink.admit(1_000_100n);
  expect(codeOf(() => sink.admit(1_000_201n))).toBe(GUARD_ERROR.fencedJump);
  sink.admit(restored(2n, 3n));
  expect(codeOf(() => sink.admit(restored(5n, 1n)))).toBe(GUARD_ERROR.fencedJump);
  expect(sink.highest).toBe(restored(2n, 3n));
});

test.each([undefined, "", "-1", "1e3", "007", String(2n ** 63n), 7, "7 "])("%j is no token", (given) => {
  const sink = fencedSink({ file: join(folder, "epoch") });
  expect(codeOf(() => sink.admit(given))).toBe(GUARD_ERROR.fencedToken);
});

test("a file that holds something else is not taken for no token", () => {
  const file = join(folder, "epoch");
  writeFileSync(file, "seven\n");
  expect(codeOf(() => fencedSink({ file }))).toBe(GUARD_ERROR.epochFileFailed);
});

test("while its token cannot be kept a sink takes none of a newer writer, and does when it can again", async () => {
  const file = join(folder, "epoch");
  const sink = fencedSink({ file });
  sink.admit(8n);
  rmSync(file);
  mkdirSync(join(file, "in-the-way"), { recursive: true });
  expect(codeOf(() => sink.admit(9n))).toBe(GUARD_ERROR.epochFileFailed);
  expect(codeOf(() => sink.admit(9n))).toBe(GUARD_ERROR.epochFileFailed);
  expect(sink.highest).toBe(8n);
  expect(codeOf(() => sink.admit(7n))).toBe(GUARD_ERROR.fencedStale);
  expect(readdirSync(folder)).toEqual(["epoch"]);
  rmSync(file, { recursive: true });
  sink.admit(9n);
  expect(readFileSync(file, "utf8")).toBe("9\n");
  expect(codeOf(() => sink.admit(8n))).toBe(GUARD_ERROR.fencedStale);
  expect(codeOf(() => fencedSink({ file }).admit(8n))).toBe(GUARD_ERROR.fencedStale);
});

test("an HTTP server answers a stale writer 409, and one without a token 428, and refused writes are counted", async () => {
  const sink = fencedSink({ file: join(folder, "epoch") }, "http");
  const written: string[] = [];
  const server = createServer((request, response) => {
    if (!admitRequest(sink, request, response)) return;
    written.push(String(request.headers[FENCING_HEADER]));
    response.end("written");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const before = fencedWrites().get("http") ?? 0;
  const write = async (headers: Record<string, string>) => (await fetch(url, { method: "PUT", headers })).status;
  expect(await write({ [FENCING_HEADER]: "7" })).toBe(200);
  expect(await write({ [FENCING_HEADER]: "8" })).toBe(200);
  expect(await write({ [FENCING_HEADER]: "7" })).toBe(409);
  expect(await write({})).toBe(428);
  expect(written).toEqual(["7", "8"]);
  expect(fencedWrites().get("http")).toBe(before + 2);
  server.closeAllConnections();
  server.close();
});

test("C1: in SQLite the check and the write are one transaction, and a stale writer's is rolled back", async () => {
  const file = join(folder, "data.db");
  const connect = () => {
    const db = new DatabaseSync(file);
    const query: SqlQuery = (text, values) => {
      const statement = db.prepare(text);
      if (text.startsWith("SELECT")) return { changes: 0, rows: statement.all(...(values as string[])) as never };
      return { changes: statement.run(...(values as string[])).changes, rows: [] };
    };
    return { db, query };
  };
  const fence = sqlFence({ name: "notes", parameters: "?" });
  const [first, second] = [connect(), connect()];
  await fence.create(first.query);
  await fence.create(second.query);
  first.db.exec("CREATE TABLE notes (text TEXT)");
  const write = async ({ db, query }: typeof first, token: bigint, text: string) => {
    db.exec("BEGIN IMMEDIATE");
    try {
      await fence.claim(query, token);
      db.prepare("INSERT INTO notes VALUES (?)").run(text);
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  };
  await write(first, 9_007_199_254_740_993n, "as primary");
  await write(second, 9_007_199_254_740_994n, "as its successor");
  await expect(write(first, 9_007_199_254_740_993n, "after a long pause")).rejects.toThrow(stale);
  await write(second, 9_007_199_254_740_994n, "again");
  const texts = second.db.prepare("SELECT text FROM notes").all() as { text: string }[];
  expect(texts.map(({ text }) => text)).toEqual(["as primary", "as its successor", "again"]);
  const unknown = sqlFence({ name: "unheard of", parameters: "?" });
  await expect(unknown.claim(second.query, 1n)).rejects.toMatchObject({ code: GUARD_ERROR.fenceMissing });
  first.db.close();
  second.db.close();
});
