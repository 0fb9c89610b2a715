import { type Offered, offeredBackup } from "@mcp-ops/backup";
import { counted } from "../../counted.ts";
import { printable } from "../../printable.ts";
import { sizeText } from "../../size-text.ts";
import { textTable } from "../../text-table.ts";
import type { Terminal } from "../../verb.ts";
import { bucketOf, idsIn } from "./bucket.ts";
import type { ChosenSet } from "./sets.ts";

interface InBucket extends Offered {
  readonly isHere: boolean;
}

/** What is in the bucket of a set, by the manifests there. */
export async function listOffsite(chosen: ChosenSet, terminal: Terminal, json: boolean | undefined): Promise<void> {
  const { name, set, store } = chosen;
  using bucket = await bucketOf(chosen);
  const backups: InBucket[] = [];
  for (const id of await idsIn(bucket, name)) {
    const ref = { set: name, id };
    const isHere = await store.target.has(ref);
    backups.push({ ...(await offeredBackup(store, set, bucket, ref)), isHere });
  }
  const list = { set: name, bucket: bucket.name, backups: backups.map(told) };
  terminal.out(json === true ? JSON.stringify(list) : text(name, bucket.name, backups));
}

function told({ ref, manifest, isTrusted, isHere, reason }: InBucket) {
  const { host, result, archive, totals } = manifest ?? {};
  return {
    id: ref.id,
    isHere,
    isTrusted,
    reason: reason ?? null,
    host: host ?? null,
    result: result ?? null,
    files: totals?.files ?? null,
    archiveBytes: archive?.bytes ?? null,
  };
}

const COLUMNS = [
  { title: "backup" },
  { title: "made on" },
  { title: "result" },
  { title: "files", right: true },
  { title: "stored", right: true },
  { title: "here" },
  { title: "may be fetched" },
];
/** More reasons than these say nothing new. */
const MAX_REASONS = 3;

function text(name: string, bucket: string, backups: readonly InBucket[]): string {
  const title = `${name}: ${backups.length === 0 ? "no backup" : counted(backups.length, "backup")} in ${bucket}`;
  const rows = backups.map(({ ref, manifest, isHere, isTrusted }) => [
    ref.id,
    manifest?.host ?? "",
    manifest?.result ?? "",
    manifest === undefined ? "" : `${manifest.totals.files}`,
    manifest === undefined ? "" : sizeText(manifest.archive.bytes),
    isHere ? "yes" : "no",
    isTrusted ? "yes" : "no",
  ]);
  const reasons = backups
    .flatMap(({ reason }) => (reason === undefined ? [] : [printable(reason)]))
    .slice(-MAX_REASONS);
  return [title, ...(rows.length === 0 ? [] : [textTable(COLUMNS, rows)]), ...reasons].join("\n");
}
