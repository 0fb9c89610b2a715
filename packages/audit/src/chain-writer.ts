import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import {
  AUDIT_SCHEMA,
  type AuditFields,
  type AuditHead,
  auditFileName,
  auditServerSlug,
  type ChainFields,
  type OpsError,
} from "@mcp-ops/formats";
import { OpenChainFile, syncFolder } from "./chain-file.ts";
import { endOfChain } from "./chain-files.ts";
import { type ChainLock, HEARTBEAT_MS, lockChain } from "./chain-lock.ts";
import { auditError } from "./errors.ts";
import { openSigningKey, type SigningKey } from "./keys.ts";
import { seal } from "./line.ts";
import { isRotationDue, type RotationPolicy } from "./rotation.ts";
import { RandomPool, ulid } from "./ulid.ts";

export interface ChainOptions extends RotationPolicy {
  readonly folder: string;
  readonly server: string;
  /** Twelve hex digits. */
  readonly boot: string;
  /** Identity of the log that is written, over restarts of its thread. */
  readonly writer?: string;
  readonly keyFile: string;
  readonly checkpointRecords: number;
  readonly checkpointMs: number;
}

/** What is to become a record, and when it happened. */
export interface Item {
  readonly at: number;
  readonly fields: AuditFields;
}

/** How far the chain has come. */
interface Position {
  readonly sequence: number;
  readonly hash: string;
  readonly time: number;
  readonly signedSequence: number;
}

const RETRY_ROTATION_MS = 10_000;

/** Writes one chain: seals records, signs checkpoints, changes files. All of it is synchronous: it lives in a thread of its own. */
export class ChainWriter {
  readonly #options: ChainOptions;
  readonly #key: SigningKey;
  readonly #lock: ChainLock;
  readonly #onRotationFailed: (error: unknown) => void;
  readonly #random = new RandomPool();
  #file: OpenChainFile;
  #position: Position;
  #signedAt: number;
  #beatAt: number;
  #rotateNotBefore = 0;

  /** Takes a chain, finds its end and writes a start record that says how it was found. */
  constructor(options: ChainOptions, now: number, onRotationFailed: (error: unknown) => void = () => {}) {
    const { folder, server, boot, writer = boot, keyFile, checkpointRecords, checkpointMs } = options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#options = options;
    this.#onRotationFailed = onRotationFailed;
    this.#key = openSigningKey(keyFile);
    this.#lock = lockChain(folder, auditServerSlug(server), { pid: process.pid, host: hostname(), boot, writer });
    this.#signedAt = this.#beatAt = now;
    let file: OpenChainFile | undefined;
    try {
      const previous = endOfChain(folder, this.#lock.chain);
      this.#position = { sequence: previous.sequence, hash: previous.hash, time: now, signedSequence: 0 };
      this.#file = file = this.#openFile(now);
      const about = { pid: process.pid, host: hostname(), checkpointRecords, checkpointMs };
      this.append([{ at: now, fields: { event: "audit.start", previous, ...about } }], now, true);
      syncFolder(folder);
    } catch (error) {
      file?.close();
      this.#lock.release();
      throw error;
    }
  }

  get chain(): string {
    return this.#lock.chain;
  }

  get fileName(): string {
    return this.#file.name;
  }

  get head(): AuditHead {
    const { sequence, hash, time, signedSequence } = this.#position;
    const { server, boot } = this.#options;
    return {
      schema: AUDIT_SCHEMA,
      server,
      boot,
      chain: this.chain,
      sequence,
      hash,
      time: new Date(time).toISOString(),
      signedSequence,
      publicKey: this.#key.publicKey,
    };
  }

  /** Writes all of the items, or throws and writes none. `durable`: they are on the disk when this returns. */
  append(items: readonly Item[], now: number, durable: boolean): void {
    if (!this.#lock.isOurs()) throw chainTaken(this.chain);
    if (this.#file.isLost()) this.#replaceLostFile(now);
    this.#rotateIfDue(now);
    const lines: string[] = [];
    let position = this.#position;
    for (const item of items) {
      position = this.#seal(item, position, lines, now);
      if (position.sequence - position.signedSequence >= this.#options.checkpointRecords) {
        position = this.#seal({ at: now, fields: { event: "audit.checkpoint" } }, position, lines, now);
      }
    }
    this.#file.append(lines.join(""), durable);
    this.#moveTo(position, now);
  }

  /** What time asks for: a checkpoint, the next file, a sign of life. Called about once a second. */
  tick(now: number): void {
    if (hasPassed(HEARTBEAT_MS, this.#beatAt, now)) {
      this.#lock.beat(now);
      this.#beatAt = now;
    }
    const { sequence, signedSequence } = this.#position;
    if (sequence > signedSequence && hasPassed(this.#options.checkpointMs, this.#signedAt, now)) this.#checkpoint(now);
    this.#rotateIfDue(now);
  }

  /** Ends the chain in order. */
  close(now: number): void {
    try {
      this.append([{ at: now, fields: { event: "audit.stop" } }], now, true);
    } finally {
      this.abandon();
    }
  }

  /** Lets go of the chain without a stop record. */
  abandon(): void {
    this.#file.close();
    this.#lock.release();
  }

  #checkpoint(now: number): void {
    this.append([{ at: now, fields: { event: "audit.checkpoint" } }], now, true);
  }

  #seal({ at, fields }: Item, before: Position, lines: string[], now: number): Position {
    const { server, boot } = this.#options;
    const sequence = before.sequence + 1;
    const chained: ChainFields = {
      v: AUDIT_SCHEMA,
      sequence,
      prev: before.hash,
      id: ulid(now, this.#random.next()),
      time: new Date(at).toISOString(),
      server,
      boot,
    };
    const signed = fields.event.startsWith("audit.");
    const { publicKey, sign } = this.#key;
    const { line, hash } = signed ? seal({ ...chained, ...fields, publicKey }, sign) : seal({ ...chained, ...fields });
    lines.push(line);
    return { sequence, hash, time: now, signedSequence: signed ? sequence : before.signedSequence };
  }

  #moveTo(position: Position, now: number): void {
    if (position.signedSequence > this.#position.signedSequence) this.#signedAt = now;
    this.#position = position;
  }

  #rotateIfDue(now: number): void {
    if (now < this.#rotateNotBefore || !isRotationDue(this.#file, this.#options, now)) return;
    // Set first: the checkpoint below comes through here again.
    this.#rotateNotBefore = now + RETRY_ROTATION_MS;
    try {
      if (this.#position.sequence > this.#position.signedSequence) this.#checkpoint(now);
      this.#file.sync();
      const next = this.#openFile(now);
      this.#file.close();
      this.#file = next;
      this.#rotateNotBefore = 0;
      syncFolder(this.#options.folder);
    } catch (error) {
      // The old file still takes records.
      this.#onRotationFailed(error);
    }
  }

  /** Somebody moved or cut the file under us. What it held is gone; the chain goes on and says so. */
  #replaceLostFile(now: number): void {
    const lost = this.#file;
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
    const next = this.#openFile(now);
    const lines: string[] = [];
    const item: Item = { at: now, fields: { event: "audit.file-lost", file: lost.name } };
    const position = this.#seal(item, this.#position, lines, now);
    try {
      next.append(lines.join(""), true);
    } catch (error) {
      next.close();
      throw error;
    }
    this.#file = next;
    this.#moveTo(position, now);
    lost.close();
  }

  #openFile(now: number): OpenChainFile {
    const { folder, boot } = this.#options;
    const sequence = this.#position.sequence + 1;
    return new OpenChainFile(folder, auditFileName({ chain: this.chain, sequence, boot, compression: "" }), now);
  }
}

/** A clock that was set back must not put off what is due. */
function hasPassed(ms: number, since: number, now: number): boolean {
  return now - since >= ms || now < since;
}

function chainTaken(chain: string): OpsError {
  return auditError(
    "AUDIT_CHAIN_TAKEN",
    `The lock of the audit chain ${chain} is gone or another process has it, so that this one begins anew. Do not remove locks while a server runs; if nobody did, this process stood still for a minute.`,
  );
}
