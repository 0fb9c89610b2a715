import { existsSync } from "node:fs";
import { join } from "node:path";
import { auditServerSlug } from "@mcp-ops/formats";
import { type ChainFile, chainFiles, endOfFile } from "../chain-files.ts";
import { auditError } from "../errors.ts";
import type { Anchor } from "../verify/verdict.ts";

export interface AuditPlace {
  readonly folder: string;
  /** Only the chains of this server. */
  readonly server?: string | undefined;
}

/** The newest whole record of a chain: an anchor, once it is kept elsewhere. */
export interface Head extends Anchor {
  readonly server: string;
  readonly time: string;
}

/** The heads of all chains of a folder, read from the files, whether a process writes them or not. */
export function auditHeads(place: AuditPlace): readonly Head[] {
  return [...filesByChain(place)].flatMap(([, files]) => headOf(place.folder, files) ?? []);
}

function headOf(folder: string, files: readonly ChainFile[]): Head | undefined {
  for (const { file, chain } of files.toReversed()) {
    const { record, hash } = endOfFile(join(folder, file));
    if (record === undefined) continue;
    const { server, sequence, time } = record as unknown as Head;
    return { chain, sequence, hash, server, time };
  }
  return undefined;
}

/** @throws OpsError `AUDIT_NOTHING_TO_VERIFY` when there is no chain. */
function filesByChain(place: AuditPlace): ReadonlyMap<string, readonly ChainFile[]> {
  const chains = existsSync(place.folder) ? chainsIn(place) : new Map();
  if (chains.size > 0) return chains;
  const whose = place.server === undefined ? "" : ` of the server ${JSON.stringify(place.server)}`;
  throw auditError(
    "AUDIT_NOTHING_TO_VERIFY",
    `There are no audit files${whose} in ${place.folder}. Give the folder of the log.`,
  );
}

export function chainsIn({ folder, server }: AuditPlace): Map<string, readonly ChainFile[]> {
  const slug = server === undefined ? "" : `${auditServerSlug(server)}.`;
  const wanted = chainFiles(folder).filter(({ chain }) => chain.startsWith(slug));
  return Map.groupBy(wanted, ({ chain }) => chain);
}
