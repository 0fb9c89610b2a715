import { type BackupRef, type BackupStore, isBackupId, lastGoodBackup, timeOfId } from "@mcp-ops/backup";
import { z } from "zod";

/** One answer carries so much of a backup: it fits in any deadline, and in memory. */
export const PIECE_BYTES: number = 4 * 1024 * 1024;

/** The newest backup that another node may have. */
export interface Offer {
  readonly id: string;
  /** Since it was begun, by the clock of this machine. Ages cross the wire, times of day do not. */
  readonly ageMs: number;
}

/** Which part of it is asked for. */
export interface PieceWish {
  readonly id: string;
  readonly file: string;
  /** The first byte. */
  readonly start: number;
}

export const OFFER: z.ZodType<Offer> = z.object({
  id: z.string().refine(isBackupId),
  ageMs: z.number().min(0),
});

export const PIECE_WISH: z.ZodType<PieceWish> = z.strictObject({
  id: z.string().max(100),
  file: z.string().max(100),
  start: z.number().int().min(0),
});

/** Complete, and read in full. @throws BACKUP_CHAIN_BROKEN */
export async function offerOf(store: BackupStore, set: string): Promise<Offer | undefined> {
  const good = await lastGoodBackup(store, set);
  return good && { id: good.id, ageMs: Math.max(0, Date.now() - timeOfId(good.id)) };
}

/** Shorter than a whole piece at the end of the file, and empty behind it. @throws BACKUP_NOT_FOUND */
export async function pieceOf(
  store: BackupStore,
  ref: BackupRef,
  { file, start }: PieceWish,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  const range = { start, end: start + PIECE_BYTES - 1 };
  for await (const chunk of await store.target.open(ref, file, range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
