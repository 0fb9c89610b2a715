import { backupError } from "../errors.ts";

/** One entry of an archive, as its header tells it. */
export interface Header {
  readonly path: string;
  readonly type: "file" | "folder" | "link";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** Bytes of content that follow. */
  readonly size: number;
  /** Of a link; else empty. */
  readonly target: string;
}

export const BLOCK = 512;

/** POSIX ustar (IEEE 1003.1, pax interchange format): any tar reads it. */
const FLAGS = { file: "0", link: "2", folder: "5" } as const;
const EXTENDED = "x";

const MAX_OCTAL_SIZE = 0o77777777777;
const MAX_ID = 0o7777777;

export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The header's blocks, with extended ones before where a value does not fit the old fields. */
export function encodeHeader(header: Header): Uint8Array {
  const extended = extendedRecords(header);
  const size = header.size > MAX_OCTAL_SIZE ? 0 : header.size;
  const plain = block(header, FLAGS[header.type], header.path, header.target, size);
  if (extended.length === 0) return plain;
  const body = Buffer.concat([extended, Buffer.alloc(padding(extended.length))]);
  return Buffer.concat([block({ ...header, mode: 0o600 }, EXTENDED, "extended", "", extended.length), body, plain]);
}

function extendedRecords({ path, target, size }: Header): Buffer {
  const records: Buffer[] = [];
  if (!fits(path)) records.push(record("path", path));
  if (!fits(target)) records.push(record("linkpath", target));
  if (size > MAX_OCTAL_SIZE) records.push(record("size", String(size)));
  return Buffer.concat(records);
}

function fits(text: string): boolean {
  return text.length <= 100 && /^[\x20-\x7e]*$/.test(text);
}

/** `<length> key=value\n`, where the length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function block(header: Header, flag: string, path: string, target: string, size: number): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  // What does not fit stands in the extended header; what is cut here is never read.
  bytes.write(path.replaceAll(/[^\x20-\x7e]/g, "_").slice(0, 100), 0, "latin1");
  octal(bytes, 100, 8, header.mode & 0o7777);
  octal(bytes, 108, 8, Math.min(header.uid, MAX_ID));
  octal(bytes, 116, 8, Math.min(header.gid, MAX_ID));
  octal(bytes, 124, 12, size);
  octal(bytes, 136, 12, Math.min(Math.max(0, header.mtimeSeconds), MAX_OCTAL_SIZE));
  bytes.write(flag, 156, "latin1");
  bytes.write(target.replaceAll(/[^\x20-\x7e]/g, "_").slice(0, 100), 157, "latin1");
  bytes.write("ustar\0" + "00", 257, "latin1");
  bytes.write(`${checksum(bytes).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}

function octal(bytes: Buffer, at: number, length: number, value: number): void {
  bytes.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
}

/** The sum of the bytes, with the field of the sum itself read as spaces. */
function checksum(bytes: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += bytes[at] as number;
  return sum;
}

/** A header as it was read, or the size of the extended records that follow it. */
export type Decoded = Header | { readonly type: "extended"; readonly size: number };

/** @throws BACKUP_ARCHIVE_HOSTILE for anything but a file, a folder, a symbolic link or extended records. */
export function decodeHeader(bytes: Buffer): Decoded {
  const stated = field(bytes, 148, 8);
  if (!/^[0-7]{6}\0 $/.test(stated) || Number.parseInt(stated, 8) !== checksum(bytes)) {
    throw damaged("a header's checksum is wrong");
  }
  const flag = field(bytes, 156, 1);
  const size = number(bytes, 124, 12);
  if (flag === EXTENDED) return { type: "extended", size };
  const type = (["file", "folder", "link"] as const).find((name) => FLAGS[name] === flag);
  if (type === undefined) {
    const what = "it holds an entry that is no file, folder or symbolic link";
    throw backupError("BACKUP_ARCHIVE_HOSTILE", `The archive is refused: ${what} (type ${JSON.stringify(flag)}).`);
  }
  return {
    path: text(bytes, 0, 100),
    type,
    mode: number(bytes, 100, 8),
    uid: number(bytes, 108, 8),
    gid: number(bytes, 116, 8),
    mtimeSeconds: number(bytes, 136, 12),
    size,
    target: text(bytes, 157, 100),
  };
}

/** @throws BACKUP_ARCHIVE_DAMAGED when they are not `<length> key=value\n` of the keys we write. */
export function applyRecords(header: Header, records: Buffer): Header {
  const values = new Map<string, string>();
  for (let at = 0; at < records.length; ) {
    const length = Number(/^\d{1,6} /.exec(records.toString("latin1", at, at + 7))?.[0]);
    const line = records.toString("utf8", at, at + length);
    const [, key, value] = /^\d+ (path|linkpath|size)=([^\0]*)\n$/s.exec(line) ?? [];
    if (!(length > 0) || at + length > records.length || key === undefined || value === undefined) {
      throw damaged("an extended header cannot be read");
    }
    values.set(key, value);
    at += length;
  }
  const size = Number(values.get("size") ?? header.size);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged("a size cannot be read");
  return { ...header, size, path: values.get("path") ?? header.path, target: values.get("linkpath") ?? header.target };
}

function field(bytes: Buffer, at: number, length: number): string {
  return bytes.toString("latin1", at, at + length);
}

function text(bytes: Buffer, at: number, length: number): string {
  return field(bytes, at, length).split("\0", 1)[0] as string;
}

function number(bytes: Buffer, at: number, length: number): number {
  const digits = field(bytes, at, length).slice(0, -1);
  if (!/^[0-7]+$/.test(digits)) throw damaged("a number in a header cannot be read");
  return Number.parseInt(digits, 8);
}

export function damaged(what: string, cause?: unknown): Error {
  return backupError(
    "BACKUP_ARCHIVE_DAMAGED",
    `The archive is not the one that was written: ${what}. Nothing of it was used. Take another backup; \`verify\` shows which are sound.`,
    cause,
  );
}
