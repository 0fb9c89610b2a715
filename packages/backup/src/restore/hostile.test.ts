import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Forgery, factsOf, folderFacts, forge, linkFacts, tarOf } from "../../testing/forge.ts";
import { newFolder, newStage, treeOf } from "../../testing/stage.ts";
import { createBackup, extractBackup, restoreBackup } from "../index.ts";

const root = folderFacts("files/0");
const evil = factsOf("files/0/evil", "evil");

function both(...entries: (readonly [ReturnType<typeof factsOf>, string])[]): Forgery {
  return { files: [root, ...entries.map(([facts]) => facts)], tar: tarOf([[root, ""], ...entries]) };
}

const climbing = factsOf("files/0/../../../outside/evil", "evil");
const absolute = factsOf("/tmp/mcp-ops-evil", "evil");
const big = factsOf("files/0/big", "x".repeat(200_000));
const bomb = factsOf("files/0/bomb", "0".repeat(10));

const HOSTILE: Readonly<Record<string, Forgery>> = {
  "a path that climbs with ..": both([climbing, "evil"]),
  "an absolute path": both([absolute, "evil"]),
  "a link to an absolute folder, then a file below it": both(
    [linkFacts("files/0/way", "/tmp"), ""],
    [factsOf("files/0/way/evil", "evil"), "evil"],
  ),
  "a link that climbs out, then a file below it": both(
    [linkFacts("files/0/way", "../../outside"), ""],
    [factsOf("files/0/way/evil", "evil"), "evil"],
  ),
  "a file below a link that stays inside": both(
    [linkFacts("files/0/way", "deep"), ""],
    [factsOf("files/0/way/evil", "evil"), "evil"],
  ),
  "a hard link to a file outside": {
    files: [root, evil],
    tar: tarOf(
      [
        [root, ""],
        [evil, ""],
      ],
      "1",
    ),
  },
  "a chain of links of which each seems to stay inside": both(
    [folderFacts("files/0/a"), ""],
    [linkFacts("files/0/a/here", "."), ""],
    [linkFacts("files/0/out", "a/here/../../outside"), ""],
  ),
  "a link to /etc/passwd": both([linkFacts("files/0/mcp.json", "/etc/passwd"), ""]),
  "a FIFO": {
    files: [root, evil],
    tar: tarOf(
      [
        [root, ""],
        [evil, ""],
      ],
      "6",
    ),
  },
  "a device": {
    files: [root, evil],
    tar: tarOf(
      [
        [root, ""],
        [evil, ""],
      ],
      "3",
    ),
  },
  "an entry that its manifest does not name": {
    files: [root],
    tar: tarOf([
      [root, ""],
      [evil, "evil"],
    ]),
  },
  "an archive that ends early": {
    ...both([big, "x".repeat(200_000)]),
    store: (gzip) => gzip.subarray(0, gzip.length - 100),
  },
  "an archive that grows out of all proportion": {
    files: [root, bomb],
    tar: Buffer.concat([
      tarOf([
        [root, ""],
        [bomb, "0".repeat(10)],
      ]),
      Buffer.alloc(300 << 20),
    ]),
  },
  "a content that is not the one of its checksum": {
    files: [root, evil],
    tar: tarOf([
      [root, ""],
      [evil, "liar"],
    ]),
  },
  "one path twice": both([evil, "evil"], [evil, "evil"]),
  "an entry of no source": both([factsOf("files/1/evil", "evil"), "evil"]),
};

for (const [name, forgery] of Object.entries(HOSTILE)) {
  test(`B4: restore never writes outside the configured roots: ${name} is refused, and nothing is touched`, async () => {
    const stage = newStage();
    const outside = join(stage.folder, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "sentinel"), "as it was");
    const before = treeOf(stage.source);
    const { from, ref, publicKey } = forge(forgery);
    const set = { ...stage.set, signKeyFile: join(stage.folder, "key"), trustedKeys: [publicKey] };
    const refused = { code: expect.stringMatching(/^BACKUP_(MANIFEST_INVALID|ARCHIVE_HOSTILE|ARCHIVE_DAMAGED)$/) };
    await expect(restoreBackup(stage.store, set, ref, { from })).rejects.toMatchObject(refused);
    const target = newFolder();
    await expect(extractBackup(stage.store, set, ref, target, { from })).rejects.toMatchObject(refused);
    expect(readdirSync(target)).toEqual([]);
    expect(treeOf(stage.source)).toEqual(before);
    expect(treeOf(outside)).toEqual({ sentinel: "644 as it was" });
    expect(existsSync("/tmp/mcp-ops-evil")).toBe(false);
  });
}

test("B4: restore never writes outside the configured roots: a trusted backup of other sources has no place here", async () => {
  const stage = newStage();
  const { from, ref, publicKey } = forge(both([evil, "evil"]));
  const elsewhere = [{ path: join(stage.folder, "elsewhere"), required: true, name: "another" }];
  const set = { ...stage.set, sources: elsewhere, signKeyFile: join(stage.folder, "key"), trustedKeys: [publicKey] };
  await expect(restoreBackup(stage.store, set, ref, { from })).rejects.toMatchObject({
    code: "BACKUP_SOURCE_NOT_CONFIGURED",
  });
  expect(existsSync(join(stage.folder, "elsewhere"))).toBe(false);
});

test("B4: restore never writes outside the configured roots: nor beside what a pattern names now", async () => {
  const { source, store, set } = newStage();
  const pattern = (glob: string) => ({
    ...set,
    sources: [{ glob: join(source, glob), required: true, name: "files" }],
  });
  const { ref } = await createBackup(store, pattern("**"));
  writeFileSync(join(source, "mcp.json"), "as it is now");
  await expect(restoreBackup(store, pattern("m*"), ref!)).rejects.toMatchObject({
    code: "BACKUP_SOURCE_NOT_CONFIGURED",
    message: expect.stringContaining("does not name"),
  });
  expect(treeOf(source)["mcp.json"]).toContain("as it is now");
});

test("setuid bits and strange owners of an archive do not reach the disk", async () => {
  const stage = newStage();
  const tool = factsOf("files/0/tool", "run", { mode: 0o4755 });
  const { from, ref, publicKey } = forge(both([tool, "run"]));
  const set = { ...stage.set, signKeyFile: join(stage.folder, "key"), trustedKeys: [publicKey] };
  await restoreBackup(stage.store, set, ref, { from });
  expect(treeOf(stage.source)).toEqual({ tool: "755 run" });
});

test("a set that trusts others and has no key of its own is refused, since its safety copies could not be restored", async () => {
  const stage = newStage({ trustedKeys: ["a key"] });
  const refused = { code: "BACKUP_SET_INVALID", message: expect.stringContaining("signKey") };
  await expect(createBackup(stage.store, stage.set)).rejects.toMatchObject(refused);
  await expect(restoreBackup(stage.store, stage.set, { set: "story", id: "any" })).rejects.toMatchObject(refused);
});

test.each([
  ["while no key is configured", undefined],
  ["signed by a key nobody here knows", []],
])("a backup this machine did not make, %s, is refused with the reason", async (_, trustedKeys) => {
  const stage = newStage(trustedKeys === undefined ? {} : { signKeyFile: join(newFolder(), "key"), trustedKeys });
  const before = treeOf(stage.source);
  const { from, ref } = forge(both([evil, "evil"]));
  const restore = restoreBackup(stage.store, stage.set, ref, { from });
  await expect(restore).rejects.toMatchObject({
    code: "BACKUP_NOT_TRUSTED",
    message: expect.stringMatching(/trustedKeys/),
  });
  expect(treeOf(stage.source)).toEqual(before);
});
