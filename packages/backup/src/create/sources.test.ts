import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { newStage, type Stage, treeOf } from "../../testing/stage.ts";
import {
  type BackupReport,
  type BackupSet,
  backupStatus,
  createBackup,
  type Dumper,
  extractBackup,
  listBackups,
  type Progress,
  restoreBackup,
} from "../index.ts";

const isRoot = process.getuid?.() === 0;

function statusOf({ manifest }: BackupReport, path: string) {
  return manifest?.files.find((file) => file.path === path)?.status;
}

/** Changes the tree when so many bytes of it have been read. */
async function createWhile({ store, set }: Stage, atBytes: number, change: () => void): Promise<BackupReport> {
  let isDone = false;
  const onProgress = ({ phase, bytes }: Progress) => {
    if (phase !== "write" || bytes < atBytes || isDone) return;
    isDone = true;
    change();
  };
  return createBackup(store, set, { onProgress });
}

describe("B2: a missing/unreadable/changed source is never silent:", () => {
  test("a missing required source fails the run; the backup before it stays the last good one", async () => {
    const stage = newStage();
    const good = await createBackup(stage.store, stage.set);
    rmSync(stage.source, { recursive: true });
    const report = await createBackup(stage.store, stage.set);
    expect(report).toMatchObject({ result: "failed", ref: undefined });
    expect(report.problems).toEqual([{ what: "source", status: "missing", reason: expect.stringMatching(/ENOENT/) }]);
    const status = await backupStatus(stage.store, "story");
    expect(status.lastAttempt?.result).toBe("failed");
    expect(status.lastComplete?.ref).toEqual(good.ref);
    expect(status.retained).toBe(1);
  });

  test("a missing optional source makes it partial, which does not count as the last success", async () => {
    const stage = newStage();
    const good = await createBackup(stage.store, stage.set);
    const absent = { path: join(stage.folder, "absent"), required: false };
    const set = { ...stage.set, sources: [...stage.set.sources, absent] };
    const report = await createBackup(stage.store, set);
    expect(report.result).toBe("partial");
    expect(report.problems).toMatchObject([{ what: absent.path, status: "missing" }]);
    expect((await backupStatus(stage.store, "story")).lastComplete?.ref).toEqual(good.ref);
  });

  test("a pattern that finds nothing is a missing source", async () => {
    const stage = newStage();
    const sources = [{ glob: join(stage.source, "*.nothing"), required: true }];
    expect(await createBackup(stage.store, { ...stage.set, sources })).toMatchObject({ result: "failed" });
  });

  test("FIFOs and sockets hold nothing that could be saved; they are named, and nobody waits for them", async () => {
    const stage = newStage();
    spawnSync("mkfifo", [join(stage.source, "fifo")]);
    const server = createServer().listen(join(stage.source, "socket"));
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const report = await createBackup(stage.store, stage.set);
    expect(report.result).toBe("partial");
    expect(report.problems).toEqual([
      { what: "files/0/fifo", status: "skipped", reason: "a FIFO" },
      { what: "files/0/socket", status: "skipped", reason: "a socket" },
    ]);
    const status = await backupStatus(stage.store, "story");
    expect(status.lastAttempt).toMatchObject({ result: "partial", totals: { skipped: 2 } });
    const sources = [{ ...stage.set.sources[0]!, exclude: ["fifo", "soc*"] }] as BackupSet["sources"];
    expect(await createBackup(stage.store, { ...stage.set, sources })).toMatchObject({
      result: "complete",
      problems: [],
    });
  });

  test("a link that leads out of its source is named, since no restore could bring back what it means", async () => {
    const stage = newStage();
    symlinkSync("/etc/hostname", join(stage.source, "out"));
    const report = await createBackup(stage.store, stage.set);
    expect(report).toMatchObject({ result: "partial", problems: [{ what: "files/0/out", status: "skipped" }] });
  });

  test("a source that is itself a link means what it points to, and a restore keeps the link", async () => {
    const stage = newStage();
    const dotfile = join(stage.folder, ".mcp.json");
    symlinkSync(join(stage.source, "mcp.json"), dotfile);
    const set = { ...stage.set, sources: [{ path: dotfile, required: true }] };
    const { ref, result } = await createBackup(stage.store, set);
    expect(result).toBe("complete");
    const before = treeOf(stage.source);
    writeFileSync(join(stage.source, "mcp.json"), "wiped");
    await restoreBackup(stage.store, set, ref!);
    expect(treeOf(stage.source)).toEqual(before);
    expect(treeOf(stage.folder)[".mcp.json"]).toBe(`-> ${join(stage.source, "mcp.json")}`);
  });

  // More than the mebibyte that is read whole.
  const large = "5".repeat(6 << 20);
  const changes: Readonly<Record<string, (file: string) => void>> = {
    grows: (file) => appendFileSync(file, "more"),
    shrinks: (file) => truncateSync(file, 1 << 20),
    "is written over in place": (file) => writeFileSync(file, "6".repeat(6 << 20)),
    "is replaced by another": (file) => {
      writeFileSync(`${file}.new`, "7".repeat(6 << 20));
      renameSync(`${file}.new`, file);
    },
    "is removed": (file) => rmSync(file),
  };
  for (const [how, change] of Object.entries(changes)) {
    test(`a file that ${how} while it is read is marked, and the backup still verifies`, async () => {
      const stage = newStage({ codec: "none" });
      const file = join(stage.source, "a-large");
      writeFileSync(file, large);
      const report = await createWhile(stage, 3 << 20, () => change(file));
      expect(report.result).toBe("partial");
      expect(statusOf(report, "files/0/a-large")).toBe("changed");
    });
  }

  test("a small file that is replaced while it is read is read again, and is whole", async () => {
    const stage = newStage();
    const file = join(stage.source, "config");
    writeFileSync(file, "1".repeat(500_000));
    const writer = spawn(process.execPath, ["-e", REPLACER, file], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void writer.kill("SIGKILL"));
    await once(writer.stdout, "data");
    for (let n = 0; n < 10; n++) {
      const report = await createBackup(stage.store, stage.set);
      const folder = join(stage.folder, `out-${n}`);
      await extractBackup(stage.store, stage.set, report.ref!, folder);
      const content = readFileSync(join(folder, "files/0/config"), "latin1");
      expect(content).toBe((content[0] as string).repeat(500_000));
    }
  });

  test("a small file that keeps changing is read again, and marked when it does not come to rest", async () => {
    const stage = newStage();
    const file = join(stage.source, "busy");
    writeFileSync(file, "x".repeat(900_000));
    const writer = spawn(process.execPath, ["-e", WRITER, file], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void writer.kill("SIGKILL"));
    await once(writer.stdout, "data");
    let status: string | undefined = "ok";
    for (let n = 0; n < 50 && status === "ok"; n++) {
      status = statusOf(await createBackup(stage.store, stage.set), "files/0/busy");
    }
    expect(status).toBe("changed");
  });

  test.runIf(isRoot)(
    "what this user may not read is named; a required file that cannot be read fails the run",
    async () => {
      const stage = newStage();
      chmodSync(stage.folder, 0o755);
      writeFileSync(join(stage.source, "secret"), "x", { mode: 0o000 });
      mkdirSync(join(stage.source, "closed"), { mode: 0o000 });
      const asNobody = (set: BackupSet) => {
        const child = fileURLToPath(new URL("../../testing/nobody-child.ts", import.meta.url));
        const args = [child, join(stage.folder, `store-${set.name}`), JSON.stringify(set)];
        const store = join(stage.folder, `store-${set.name}`);
        mkdirSync(store);
        chmodSync(store, 0o777);
        const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
        expect(stderr).toBe("");
        return JSON.parse(stdout) as BackupReport;
      };
      chmodSync(join(stage.source, "mcp.json"), 0o644);
      const partial = asNobody(stage.set);
      expect(partial.result).toBe("partial");
      expect(partial.problems).toEqual([
        { what: "files/0/closed", status: "unreadable", reason: "EACCES" },
        { what: "files/0/secret", status: "unreadable", reason: "EACCES" },
      ]);
      const only = { name: "only", sources: [{ path: join(stage.source, "secret"), required: true }] };
      expect(asNobody(only)).toMatchObject({ result: "failed", problems: [{ status: "unreadable" }] });
    },
  );
});

const REPLACER = `
  const fs = require("node:fs"), file = process.argv[1], next = require("node:path").resolve(file, "../../config.next");
  process.stdout.write("ready");
  for (let n = 0; ; n++) {
    fs.writeFileSync(next, String(n % 10).repeat(500000));
    fs.renameSync(next, file);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
  }
`;

const WRITER = `
  const fs = require("node:fs"), file = process.argv[1];
  const fd = fs.openSync(file, "r+");
  process.stdout.write("ready");
  for (let n = 0; ; n++) fs.writeSync(fd, String(n % 10).repeat(1000), (n * 1000) % 900000);
`;

describe("databases", () => {
  function dumper(change: Partial<Dumper>): Dumper {
    return {
      name: "orders",
      kind: "command",
      required: true,
      dump: async (folder) => {
        writeFileSync(join(folder, "dump.bin"), "rows", { mode: 0o600 });
        writeFileSync(join(folder, "scratch"), "not named, not saved");
        return { files: ["dump.bin"], notes: ["3 rows"] };
      },
      ...change,
    };
  }

  test("a dump lies below databases/<name> in the archive, and nothing of it stays outside", async () => {
    const stage = newStage({ dumpers: [dumper({})] });
    const { manifest, ref } = await createBackup(stage.store, stage.set);
    const paths = manifest?.files.map(({ path }) => path).filter((path) => path.startsWith("databases/"));
    expect(paths).toEqual(["databases/orders", "databases/orders/dump.bin"]);
    expect(manifest?.sources.at(-1)).toMatchObject({ kind: "database", status: "ok", notes: ["3 rows"] });
    expect(Object.keys(treeOf(stage.store.target.folderOf(ref!)))).toEqual([
      "data.tar.zst",
      "manifest.json",
      "seal.json",
    ]);
  });

  test("a required dump that fails fails the run, an optional one makes it partial", async () => {
    const dump = () => Promise.reject(new Error("connection refused"));
    const stage = newStage();
    const failed = await createBackup(stage.store, { ...stage.set, dumpers: [dumper({ dump })] });
    expect(failed).toMatchObject({ result: "failed", problems: [{ what: "orders", reason: "connection refused" }] });
    const partial = await createBackup(stage.store, { ...stage.set, dumpers: [dumper({ dump, required: false })] });
    expect(partial).toMatchObject({ result: "partial", problems: [{ what: "orders", status: "failed" }] });
    expect(await listBackups(stage.store, "story")).toHaveLength(1);
  });
});
