import { backupError } from "../errors.ts";
import { type ArchiveFacts, type FileFacts, isArchived, type Manifest } from "../manifest/manifest.ts";
import { decompress } from "./codec.ts";
import { decrypt } from "./encryption.ts";
import { damaged } from "./header.ts";
import { Measure } from "./measure.ts";
import { type ReadEntry, readArchive } from "./read.ts";
import { notLonger } from "./read-all.ts";

/** Opens a file of one backup, wherever it is kept. */
export type OpenFile = (file: string) => Promise<AsyncIterable<Uint8Array>>;

/** An entry that is in its manifest. Its content throws at its end if it is not the one that was saved. */
export interface Expected {
  readonly facts: FileFacts;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * The entries of an archive, each held against the manifest before its content is given out: an entry that is not expected,
 * or not there, in another order, of another size or content ends the reading.
 * @param identities of age, for an encrypted archive
 * @throws BACKUP_ARCHIVE_DAMAGED, BACKUP_ARCHIVE_HOSTILE, BACKUP_IDENTITY_NEEDED
 */
export async function* openArchive(
  open: OpenFile,
  { archive, files }: Manifest,
  identities: readonly string[],
): AsyncGenerator<Expected> {
  const measure = new Measure();
  const stored = measure.through(notLonger(await open(archive.file), archive.bytes));
  const packed = archive.encryption === "age" ? decrypt(stored, identities) : stored;
  const expected = files.filter(isArchived)[Symbol.iterator]();
  for await (const entry of readArchive(decompress(packed, archive.codec))) {
    const facts = expected.next().value;
    refuseUnexpected(entry, facts);
    yield { facts: facts as FileFacts, content: checked(entry.content, facts as FileFacts) };
  }
  const left = expected.next().value;
  if (left !== undefined) throw damaged(`${left.path} is not in it`);
  checkMeasure(measure, archive);
}

/** @throws BACKUP_ARCHIVE_DAMAGED */
export function checkMeasure(measure: Measure, archive: ArchiveFacts): void {
  const { bytes, sha256 } = measure.end();
  if (bytes !== archive.bytes) throw damaged(`it has ${bytes} bytes instead of ${archive.bytes}`);
  if (sha256 !== archive.sha256) throw damaged("its checksum is another");
}

function refuseUnexpected(entry: ReadEntry, facts: FileFacts | undefined): void {
  const { path, type, size, target } = entry;
  if (facts === undefined || path !== facts.path || type !== facts.type || target !== (facts.target ?? "")) {
    throw backupError(
      "BACKUP_ARCHIVE_HOSTILE",
      `The archive is refused: it holds ${JSON.stringify(path.slice(0, 200))} (${type}) where its manifest has ${
        facts === undefined ? "nothing" : `${JSON.stringify(facts.path)} (${facts.type})`
      }. Nothing of it was used.`,
    );
  }
  if (size !== facts.size) throw damaged(`${path} has another size`);
}

async function* checked(content: AsyncIterable<Uint8Array>, facts: FileFacts): AsyncGenerator<Uint8Array> {
  const measure = new Measure();
  yield* measure.through(content);
  const { bytes, sha256 } = measure.end();
  if (facts.type === "file" && (sha256 !== facts.sha256 || bytes !== facts.size)) {
    throw damaged(`the content of ${facts.path} is another`);
  }
}
