import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, it } from "vitest";
import { MIGRATIONS } from "../state/migrations.ts";
import { KnownServers } from "./known-servers.ts";

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  for (const step of MIGRATIONS) database.exec(step);
  return () => database.close();
});

const watching = (...known: readonly (readonly [string, readonly string[]])[]) => ({ known: new Map(known) });
const CONFIG = { path: "/a.json", format: "json", servers: ["mcpServers"] } as const;

it("recalls what each config held, and forgets those that are no longer watched", () => {
  const servers = new KnownServers(database, "desktop");
  servers.note(watching(["/a.json", ["weather"]], ["/b.json", ["notes"]]));
  servers.note(watching(["/a.json", ["weather", "more"]]));
  const recalled = new KnownServers(database, "desktop").recall([CONFIG, { ...CONFIG, path: "/b.json" }]);
  expect(recalled.map(({ known }) => known)).toEqual([["weather", "more"], undefined]);
});

it("is whole again after the state could not be written, and shuts nobody else out of it meanwhile", () => {
  const servers = new KnownServers(database, "desktop");
  servers.note(watching(["/a.json", ["weather"]]));
  database.exec("CREATE TRIGGER full BEFORE INSERT ON backup_known_servers BEGIN SELECT RAISE(FAIL, 'disk full'); END");
  expect(() => servers.note(watching(["/a.json", ["other"]]))).toThrow("disk full");
  expect(database.isTransaction).toBe(false);
  expect(servers.recall([CONFIG])).toMatchObject([{ known: ["weather"] }]);
  database.exec("DROP TRIGGER full");
  servers.note(watching(["/a.json", ["other"]]));
  expect(servers.recall([CONFIG])).toMatchObject([{ known: ["other"] }]);
});
