import { stat } from "node:fs/promises";
import { join } from "node:path";
import { auditServerSlug, type PrunedFields } from "@mcp-ops/formats";
import { type ChainFile, chainFiles, endOfFile } from "./chain-files.ts";
import { isChainOpen } from "./chain-lock.ts";
import { type Packing, packFile } from "./pack-file.ts";

export interface HousekeepingPolicy {
  readonly compress: Packing | "none";
  /** Files whose last record is older are deleted, and a record says so. */
  readonly keepMs: number;
  /** The oldest files are deleted until the rest takes no more than this. */
  readonly keepBytes: number;
}

/** What housekeeping may touch: `chain` is our own, whose newest file is open. */
export interface House {
  readonly folder: string;
  readonly server: string;
  readonly chain: string;
}

/** Closed files of this server. The newest of a chain always stays: the next start continues from its end. */
function closedFiles({ folder, server, chain }: House): ChainFile[] {
  const slug = auditServerSlug(server);
  const files = chainFiles(folder).filter((file) => file.chain.slice(0, file.chain.lastIndexOf(".")) === slug);
  return files.filter((file, i) => {
    const isNewest = files[i + 1]?.chain !== file.chain;
    return !isNewest && (file.chain === chain || !isChainOpen(folder, file.chain));
  });
}

export async function compressClosed(house: House, compress: HousekeepingPolicy["compress"]): Promise<void> {
  if (compress === "none") return;
  for (const { file, compression } of closedFiles(house)) {
    if (compression === "") await packFile(join(house.folder, file), compress);
  }
}

export interface Prunable {
  readonly path: string;
  readonly fields: PrunedFields;
}

/** The files that retention gives up, oldest first, each chain only from its beginning. */
export async function prunable(house: House, policy: HousekeepingPolicy, now: number): Promise<Prunable[]> {
  const files = await Promise.all(
    closedFiles(house).map(async (file) => ({ ...file, ...(await stat(join(house.folder, file.file))) })),
  );
  const kept = new Set<string>();
  const found: Prunable[] = [];
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, chain, size, mtimeMs } of files.sort((a, b) => a.mtimeMs - b.mtimeMs || a.sequence - b.sequence)) {
    const isDue = now - mtimeMs > policy.keepMs || bytes > policy.keepBytes;
    if (!isDue || kept.has(chain)) {
      kept.add(chain);
      continue;
    }
    const path = join(house.folder, file);
    const end = endOfFile(path);
    bytes -= size;
    if (end.record === undefined) continue;
    const sequenceOfFile = Number(end.record.sequence);
    found.push({ path, fields: { event: "audit.pruned", chain, file, sequenceOfFile, hashOfFile: end.hash } });
  }
  return found;
}
