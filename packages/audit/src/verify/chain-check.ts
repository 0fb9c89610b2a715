import { AUDIT_GENESIS } from "@mcp-ops/formats";
import type { ChainFile } from "../chain-files.ts";
import { type Opened, open } from "../line.ts";
import { Findings } from "./findings.ts";
import type { Line } from "./lines.ts";
import type { Signatures } from "./signatures.ts";
import { type Anchor, type FindingKind, isPreviousEnd } from "./verdict.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The record before the one that is read. */
interface Last {
  readonly sequence: number;
  readonly hash: string;
  readonly event: unknown;
}

/** Reads a chain line by line and remembers what is wrong with it. After a fault it goes on from what it finds, so that each fault is named once. */
export class ChainCheck {
  readonly chain: string;
  readonly findings: Findings;
  records = 0;
  firstSequence = 0;
  server = "";
  last: Last = { sequence: 0, hash: AUDIT_GENESIS, event: undefined };
  signedThrough = 0;
  tornBytes = 0;
  /** `prev` of the first record, when the chain does not begin with record 1. */
  begins: { readonly sequence: number; readonly prev: string } | undefined;
  /** What retention deleted, by signed records. */
  readonly pruned: { readonly chain: string; readonly sequence: number; readonly hash: string }[] = [];
  readonly anchored: number[] = [];
  readonly #signatures: Signatures;
  readonly #anchors: ReadonlyMap<number, Anchor>;
  #boot: string | undefined;
  #allowedUnsigned = Number.POSITIVE_INFINITY;
  #unsigned = 0;
  #publicKey: unknown;
  #isFirstOfFile = true;

  constructor(chain: string, signatures: Signatures, anchors: readonly Anchor[]) {
    this.chain = chain;
    this.findings = new Findings(chain);
    this.#signatures = signatures;
    this.#anchors = new Map(anchors.map((anchor) => [anchor.sequence, anchor]));
  }

  startFile(file: ChainFile): void {
    this.findings.file = file;
    this.#isFirstOfFile = true;
  }

  read(line: Line): void {
    const opened = line.isTorn ? undefined : open(line.bytes);
    const sequence = Number(opened?.record.sequence);
    if (opened === undefined || !Number.isSafeInteger(sequence)) return this.#unreadable(line);
    const { record } = opened;
    this.records++;
    if (this.#isFirstOfFile) this.#checkFileName(record, sequence, line);
    this.#checkPlace(opened, sequence, line);
    this.#checkSeal(opened, sequence, line);
    if (record.event === "audit.start") this.#start(record, sequence, line);
    else if (this.#boot !== undefined && record.boot !== this.#boot) {
      this.#add(
        "wrong-file",
        sequence,
        line,
        `Record ${sequence} was written by another process than those before it, and no start record says so.`,
      );
      this.#boot = String(record.boot);
    }
    this.#notice(record, sequence, line);
    this.#checkAnchor(opened, sequence, line);
    this.server ||= String(record.server);
  }

  #unreadable(line: Line): void {
    if (line.isTorn) {
      this.tornBytes += line.bytes.length;
      return;
    }
    const sequence = this.last.sequence + 1;
    this.#add("unreadable", sequence, line, `Where record ${sequence} should be there is a line that is no record.`);
  }

  #checkFileName(record: Fields, sequence: number, line: Line): void {
    this.#isFirstOfFile = false;
    const { file } = this.findings;
    if (file === undefined || (file.sequence === sequence && file.boot === record.boot)) return;
    this.#add(
      "wrong-file",
      sequence,
      line,
      `The file ${file.file} begins with record ${sequence} of boot ${record.boot}: another file was put in its place, or its beginning was cut.`,
    );
  }

  /** Number and `prev` against the record before. */
  #checkPlace({ record, stated }: Opened, sequence: number, line: Line): void {
    const { last } = this;
    if (this.tornBytes > 0 && record.event !== "audit.start") {
      this.#add(
        "unreadable",
        sequence,
        line,
        `Before record ${sequence} stands half a line, and no start record tells of it.`,
      );
      this.tornBytes = 0;
    }
    const isFirst = this.firstSequence === 0;
    if (isFirst) {
      this.firstSequence = sequence;
      if (sequence > 1) this.begins = { sequence, prev: String(record.prev) };
    }
    if (!isFirst && sequence <= last.sequence) return this.#outOfPlace(sequence, line);
    if (!isFirst && sequence > last.sequence + 1) this.#gapBefore(sequence, line);
    else if (!(isFirst && sequence > 1) && record.prev !== last.hash) {
      this.#add(
        "replaced",
        last.sequence,
        line,
        `Record ${last.sequence} is not the one that record ${sequence} was written after.`,
      );
    }
    this.last = { sequence, hash: stated, event: record.event };
  }

  #gapBefore(sequence: number, line: Line): void {
    // What is missing may have been signed.
    this.#unsigned = 0;
    this.findings.missing(this.last.sequence + 1, sequence, line);
  }

  #outOfPlace(sequence: number, line: Line): void {
    this.#unsigned--;
    if (this.findings.turnedUp(sequence)) {
      this.#add("reordered", sequence, line, `Record ${sequence} stands behind record ${this.last.sequence}.`);
    } else {
      this.#add("inserted", sequence, line, `There is a second record ${sequence}: it was put in, or repeated.`);
    }
  }

  /** Hash and signature of the record itself. */
  #checkSeal(opened: Opened, sequence: number, line: Line): void {
    const { record, stated, actual, signature } = opened;
    if (stated !== actual) this.#add("edited", sequence, line, `Record ${sequence} was changed after it was written.`);
    if (record.publicKey !== undefined && record.publicKey !== this.#publicKey) this.#useKey(record, sequence, line);
    const isOwn = String(record.event).startsWith("audit.");
    if (signature === undefined && isOwn) {
      this.#add("unsigned", sequence, line, `Record ${sequence} (${record.event}) has lost its signature.`);
    }
    if (signature === undefined) {
      if (++this.#unsigned === this.#allowedUnsigned + 1) {
        this.#add("overdue", sequence, line, `Record ${sequence} comes where a signed checkpoint was due.`);
      }
      return;
    }
    this.#unsigned = 0;
    const holds = this.#signatures.holds(opened);
    if (holds === false) {
      this.#add(
        "bad-signature",
        sequence,
        line,
        `The signature of record ${sequence} is wrong: it, or what came before it, was changed, or it was signed with another key.`,
      );
    } else if (holds === true && stated === actual) this.signedThrough = Math.max(this.signedThrough, sequence);
  }

  #useKey(record: Fields, sequence: number, line: Line): void {
    this.#publicKey = record.publicKey;
    if (this.#signatures.use(record.publicKey)) return;
    this.#add(
      "foreign-key",
      sequence,
      line,
      `Record ${sequence} begins to sign with a key that is not trusted. If the key was changed on purpose, give the public keys of both.`,
    );
  }

  #start(record: Fields, sequence: number, line: Line): void {
    this.#boot = String(record.boot);
    this.#allowedUnsigned = Number(record.checkpointRecords);
    const { previous } = record;
    if (!isPreviousEnd(previous) || previous.end !== "unclean") return;
    this.tornBytes = 0;
    this.#add(
      "gap",
      sequence,
      line,
      `The process before record ${sequence} did not end in order: records of its last moments after ${previous.sequence} may be missing.`,
    );
  }

  #notice(record: Fields, sequence: number, line: Line): void {
    if (record.event === "audit.dropped") {
      this.#add(
        "dropped",
        sequence,
        line,
        `${record.records} exchanges before record ${sequence} have no record (${record.reason}).`,
      );
    }
    if (record.event === "audit.pruned" && this.signedThrough === sequence) {
      this.pruned.push({
        chain: String(record.chain),
        sequence: Number(record.sequenceOfFile),
        hash: String(record.hashOfFile),
      });
    }
    if (record.event === "audit.file-lost") {
      this.#add(
        "file-lost",
        sequence,
        line,
        `While it was being written, the file ${record.file} was taken away or cut.`,
      );
    }
  }

  #checkAnchor({ stated }: Opened, sequence: number, line: Line): void {
    const anchor = this.#anchors.get(sequence);
    if (anchor === undefined) return;
    if (anchor.hash === stated) this.anchored.push(sequence);
    else this.#add("anchor-differs", sequence, line, `Record ${sequence} is not the one the anchor was taken of.`);
  }

  #add(kind: FindingKind, sequence: number, line: Line, message: string): void {
    this.findings.add(kind, sequence, line, message);
  }
}
