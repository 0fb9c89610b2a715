import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { ChainWriter, type Item } from "../chain-writer.ts";
import { compressClosed } from "../housekeeping.ts";
import { openSigningKey } from "../keys.ts";
import { seal } from "../line.ts";
import type { Anchor } from "./verdict.ts";
import { verifyAudit } from "./verify-audit.ts";

const CHECKPOINT_RECORDS = 10;
let original: string;
let folder: string;
let anchor: Anchor;
let publicKey: string;

/** Two starts, several files, an orderly end: 1 start, 2–44 of the first, then the second from 45 on. */
beforeAll(() => {
  original = mkdtempSync(join(tmpdir(), "mcp-ops-torture-"));
  publicKey = openSigningKey(join(original, "key")).publicKey;
  for (const boot of ["aaaaaaaaaaaa", "bbbbbbbbbbbb"]) {
    const chain = new ChainWriter(optionsFor(original, boot), 0);
    for (let i = 0; i < 40; i++) chain.append([asked(`${boot[0]}${i}`)], i, false);
    chain.close(50);
    anchor = chain.head;
  }
  return () => rmSync(original, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-ops-tortured-"));
  for (const file of files(original)) copyFileSync(join(original, file), join(folder, file));
  return () => rmSync(folder, { recursive: true });
});

function optionsFor(at: string, boot: string) {
  return {
    folder: at,
    server: "weather",
    boot,
    keyFile: join(at, "key"),
    checkpointRecords: CHECKPOINT_RECORDS,
    checkpointMs: 1e9,
    maxFileBytes: 8000,
    maxFileAgeMs: 1e12,
    rotateAt: "never" as const,
  };
}

function asked(target: string): Item {
  const source = { transport: "memory", direction: "inbound" } as const;
  const operation = { method: "tools/call", target };
  const numbers = { requestBytes: 1, responseBytes: 1, durationMs: 1 };
  return { at: 0, fields: { event: "mcp.request", outcome: "success", subject: {}, source, operation, ...numbers } };
}

const files = (at = folder) =>
  readdirSync(at)
    .filter((name) => name.endsWith(".jsonl"))
    .sort();

interface Place {
  readonly file: string;
  readonly lines: string[];
  readonly index: number;
}

/** Where the record is now. */
function find(sequence: number): Place {
  for (const file of files()) {
    const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
    const index = lines.findIndex((line) => JSON.parse(line).sequence === sequence);
    if (index >= 0) return { file, lines, index };
  }
  throw new Error(`no record ${sequence}`);
}

function write({ file, lines }: Place, changed: readonly string[] = lines): void {
  writeFileSync(join(folder, file), changed.map((line) => `${line}\n`).join(""));
}

function change(sequence: number, how: (lines: string[], index: number) => void): void {
  const place = find(sequence);
  how(place.lines, place.index);
  write(place);
}

const eventAt = (sequence: number) => {
  const { lines, index } = find(sequence);
  return JSON.parse(lines[index] as string).event;
};

/** A signed record, not the first of its file, after which others come in the same file. */
function aCheckpoint(): number {
  for (let sequence = 5; sequence < 40; sequence++) {
    const { index, lines } = find(sequence);
    if (eventAt(sequence) === "audit.checkpoint" && index > 0 && index < lines.length - 1) return sequence;
  }
  throw new Error("no checkpoint");
}

const verified = (anchors?: Anchor) => verifyAudit({ folder, publicKey, ...(anchors && { anchor: anchors }) });

async function found(anchors?: Anchor): Promise<string[]> {
  return (await verified(anchors)).findings.map(({ kind, sequence }) => `${kind} ${sequence}`);
}

test("an untouched log is intact; with the anchor its tail is proven, without it is not", async () => {
  const without = await verified();
  expect(without).toMatchObject({ verdict: "intact", key: "trusted", findings: [] });
  expect(without.chains).toMatchObject([{ end: "clean", tail: { proven: false, through: anchor.sequence } }]);
  expect(without.chains[0]?.tail.message).toMatch(`Tail unproven since sequence ${anchor.sequence + 1}`);
  expect((await verified(anchor)).chains[0]?.tail).toMatchObject({ proven: true, through: anchor.sequence });
  expect(files().length).toBeGreaterThan(4);
});

test("an edit is found, and the record named", async () => {
  change(7, (lines, i) => {
    lines[i] = (lines[i] as string).replace('"outcome":"success"', '"outcome":"denied"');
  });
  expect(await found()).toEqual(["edited 7"]);
});

test("an edit whose hash was made right is found, and the record named", async () => {
  change(7, (lines, i) => {
    const { hash: _, ...record } = JSON.parse(lines[i] as string);
    lines[i] = seal({ ...record, outcome: "denied" }).line.trim();
  });
  expect(await found()).toEqual(["replaced 7"]);
});

test("all rewritten from one record on, hashes and all: the next signed record gives it away", async () => {
  let sequence = 7;
  let prev: string | undefined;
  for (; sequence < 40; sequence++) {
    change(sequence, (lines, i) => {
      const { hash: stated, signature, ...record } = JSON.parse(lines[i] as string);
      const rewritten = { ...record, ...(prev === undefined ? { outcome: "denied" } : { prev }) };
      const sealed = seal(signature === undefined ? rewritten : { ...rewritten, signature });
      lines[i] = sealed.line.trim();
      prev = sealed.hash;
    });
  }
  const findings = await found();
  expect(findings[0]).toMatch(/^bad-signature \d+$/);
  const named = Number(findings[0]?.split(" ")[1]);
  expect(named).toBeGreaterThan(7);
  expect(named).toBeLessThanOrEqual(7 + CHECKPOINT_RECORDS);
});

test("a deletion is found, in the middle and at the seams of files, and the record named", async () => {
  change(7, (lines, i) => lines.splice(i, 1));
  expect(await found()).toEqual(["missing 7"]);
  const first = Number(files()[2]?.split(".")[2]);
  change(first, (lines, i) => lines.splice(i, 1));
  expect(await found()).toEqual(["missing 7", `missing ${first}`, `wrong-file ${first + 1}`]);
});

test("a deleted file is found, and its records named", async () => {
  const [, gone, next] = files() as [string, string, string];
  unlinkSync(join(folder, gone));
  const { findings } = await verified();
  const [from, to] = [gone, next].map((name) => Number(name.split(".")[2])) as [number, number];
  expect(findings).toMatchObject([{ kind: "missing", sequence: from }]);
  expect(findings[0]?.message).toMatch(`Records ${from} to ${to - 1} are missing`);
});

test("reordered records are found, and the one that stands wrong named", async () => {
  change(7, (lines, i) => lines.splice(i, 2, lines[i + 1] as string, lines[i] as string));
  expect(await found()).toEqual(["reordered 7"]);
});

test("an inserted record is found: repeated, or made up with a right hash", async () => {
  change(7, (lines, i) => lines.splice(i, 0, lines[i] as string));
  expect(await found()).toEqual(["inserted 7"]);
  change(20, (lines, i) => {
    const { hash: _, ...record } = JSON.parse(lines[i] as string);
    lines.splice(i, 0, seal({ ...record, outcome: "denied" }).line.trim());
  });
  expect(await found()).toEqual(["inserted 7", "inserted 20", "replaced 20"]);
});

test("a line that is no record is found", async () => {
  change(7, (lines, i) => lines.splice(i, 0, "hello"));
  expect(await found()).toEqual(["unreadable 7"]);
});

test("swapped files are found", async () => {
  const [, a, b] = files() as [string, string, string];
  renameSync(join(folder, a), join(folder, "x"));
  renameSync(join(folder, b), join(folder, a));
  renameSync(join(folder, "x"), join(folder, b));
  const wrong = (await verified()).findings.filter(({ kind }) => kind === "wrong-file");
  expect(wrong.map(({ file }) => file).sort()).toEqual([a, b]);
});

test("a file of another log is found in the place of ours", async () => {
  const other = mkdtempSync(join(tmpdir(), "mcp-ops-other-"));
  onTestFinished(() => rmSync(other, { recursive: true }));
  const chain = new ChainWriter(optionsFor(other, "cccccccccccc"), 0);
  for (let i = 0; i < 10; i++) chain.append([asked("c")], i, false);
  chain.close(50);
  copyFileSync(join(other, chain.fileName), join(folder, files()[1] as string));
  expect((await verified()).findings[0]).toMatchObject({ kind: "wrong-file", file: files()[1] });
});

test("a changed checkpoint is found, and one that was taken out is missed", async () => {
  const checkpoint = aCheckpoint();
  change(checkpoint, (lines, i) => {
    const { hash: _, signature, ...record } = JSON.parse(lines[i] as string);
    lines[i] = seal({ ...record, time: "2020-01-01T00:00:00.000Z", signature }).line.trim();
  });
  expect(await found()).toContain(`bad-signature ${checkpoint}`);
  change(checkpoint, (lines, i) => {
    const { hash: _, signature: __, ...record } = JSON.parse(lines[i] as string);
    lines[i] = seal(record).line.trim();
  });
  expect(await found()).toContain(`unsigned ${checkpoint}`);
});

test("signatures of a key that is not trusted are found", async () => {
  const other = openSigningKey(join(folder, "other")).publicKey;
  const verdict = await verifyAudit({ folder, publicKey: other });
  expect(verdict.verdict).toBe("broken");
  expect(verdict.findings[0]).toMatchObject({ kind: "foreign-key", sequence: 1 });
  expect((await verifyAudit({ folder })).key).toBe("self-stated");
  expect((await verifyAudit({ folder, publicKey: [other, publicKey] })).verdict).toBe("intact");
});

test("a cut tail alarms as an unclean end; the anchor tells that it was cut, and where", async () => {
  const last = files().at(-1) as string;
  const lines = readFileSync(join(folder, last), "utf8").split("\n").slice(0, -1);
  const cutAt = JSON.parse(lines.at(-2) as string).sequence;
  writeFileSync(join(folder, last), `${lines.slice(0, -1).join("\n")}\n`);
  const without = await verified();
  expect(without.verdict).toBe("alarm");
  expect(without.findings).toMatchObject([{ kind: "unclean-end", sequence: cutAt }]);
  expect(without.chains[0]).toMatchObject({ end: "unclean", tail: { proven: false } });
  expect(await found(anchor)).toEqual([`cut ${cutAt}`, `unclean-end ${cutAt}`]);
});

test("a tail cut back to an older orderly end passes for whole without an anchor, and the verdict says so", async () => {
  const first = files().filter((name) => name.includes("aaaaaaaaaaaa"));
  for (const file of files()) if (!first.includes(file)) unlinkSync(join(folder, file));
  const { verdict, chains } = await verified();
  const end = chains[0]?.lastSequence as number;
  expect(verdict).toBe("intact");
  expect(chains[0]?.tail).toMatchObject({ proven: false });
  expect(chains[0]?.tail.message).toMatch(`Tail unproven since sequence ${end + 1}`);
  expect(await found(anchor)).toEqual([`cut ${end}`]);
});

test("an anchor finds what was rewritten with the stolen key, and a chain that is gone", async () => {
  const { verdict, findings } = await verified({ ...anchor, hash: "f".repeat(64) });
  expect(verdict).toBe("broken");
  expect(findings).toMatchObject([{ kind: "anchor-differs", sequence: anchor.sequence }]);
  expect((await verified({ ...anchor, chain: "weather.7" })).findings).toMatchObject([
    { kind: "cut", chain: "weather.7" },
  ]);
});

test("a file cut in the middle of a line is found, and so is one that cannot be unpacked", async () => {
  const second = files()[1] as string;
  const bytes = readFileSync(join(folder, second));
  writeFileSync(join(folder, second), bytes.subarray(0, bytes.length - 20));
  expect((await verified()).findings.map(({ kind }) => kind)).toEqual(["missing", "unreadable"]);
  renameSync(join(folder, second), join(folder, `${second}.gz`));
  expect((await verified()).verdict).toBe("broken");
});

test("files can be checked away from their folder; names that are not ours are refused", async () => {
  const paths = files().map((file) => join(folder, file));
  expect((await verifyAudit({ files: paths, publicKey, anchor })).verdict).toBe("intact");
  await expect(verifyAudit({ files: [join(folder, "x.log")] })).rejects.toThrow(/name of an audit file/);
  await expect(verifyAudit({ folder: join(folder, "none") })).rejects.toThrow(/no audit files/);
});

test("whatever single byte is changed, the log is not intact", async () => {
  const names = files();
  await fc.assert(
    fc.asyncProperty(fc.nat(names.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, by) => {
      const path = join(folder, names[which] as string);
      const bytes = readFileSync(path);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] as number) ^ by;
      writeFileSync(path, bytes);
      const { verdict } = await verified(anchor);
      copyFileSync(join(original, names[which] as string), path);
      expect(verdict).not.toBe("intact");
    }),
    { numRuns: 60 },
  );
});

test("a change is found however many harmless findings come before it", async () => {
  const at = { ...optionsFor(folder, "dddddddddddd"), keyFile: join(original, "key") };
  const chain = new ChainWriter(at, 0);
  for (let i = 0; i < 300; i++) {
    chain.append([{ at: i, fields: { event: "audit.dropped", records: 1, reason: "queue full" } }], i, false);
  }
  chain.append([asked("evidence")], 400, false);
  const evidence = chain.head.sequence;
  chain.close(500);
  const before = await verified();
  expect(before).toMatchObject({ verdict: "intact", findingsLeftOut: 200 });
  change(evidence, (lines, i) => {
    lines[i] = (lines[i] as string).replace("evidence", "innocent");
  });
  const { verdict, findings } = await verified();
  expect(verdict).toBe("broken");
  expect(findings).toContainEqual(expect.objectContaining({ kind: "edited", sequence: evidence }));
});

test("of a block that was moved every record is found out of place, and none is called missing or repeated", async () => {
  const last = files()[0] as string;
  const lines = readFileSync(join(folder, last), "utf8").split("\n").slice(0, -1);
  const moved = [...lines.slice(0, 3), ...lines.slice(6, 9), ...lines.slice(3, 6), ...lines.slice(9)];
  writeFileSync(join(folder, last), moved.map((line) => `${line}\n`).join(""));
  expect(await found()).toEqual(["reordered 4", "reordered 5", "reordered 6"]);
});

test("a log that cannot be read is the reader's trouble, not the log's: no verdict", async () => {
  const first = files()[0] as string;
  unlinkSync(join(folder, first));
  mkdirSync(join(folder, first));
  await expect(verified()).rejects.toMatchObject({ code: "EISDIR" });
  rmdirSync(join(folder, first));
  await expect(verifyAudit({ files: [join(folder, first)] })).rejects.toMatchObject({ code: "ENOENT" });
});

test("a log may be compressed while it is verified", async () => {
  const house = { folder, server: "weather", chain: "weather.0" };
  const first = verified(anchor);
  await Promise.all([first, compressClosed(house, "gzip"), verified(anchor)]);
  expect(await first).toMatchObject({ verdict: "intact", findings: [] });
  expect(await verified(anchor)).toMatchObject({ verdict: "intact", findings: [] });
});
