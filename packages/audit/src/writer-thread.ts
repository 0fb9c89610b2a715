/** Entry of the writer's thread: everything that takes time happens here, beside the server's event loop. */
import { rm } from "node:fs/promises";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ChainWriter, type Item } from "./chain-writer.ts";
import { reasonOf } from "./errors.ts";
import { compressClosed, prunable } from "./housekeeping.ts";
import { openPseudonymKey } from "./keys.ts";
import type { WriterOptions } from "./options.ts";
import { RecordMaker } from "./record.ts";
import { type Confirmed, untoldOf } from "./resume.ts";
import { type Batch, CLOSING, type FromWriter, type LastWords, type ToWriter } from "./writer-messages.ts";

const TICK_MS = 1000;
const HOUSEKEEPING_MS = 3_600_000;

class WriterThread {
  readonly #options: WriterOptions;
  readonly #resume: Confirmed | undefined;
  readonly #tell: (message: FromWriter) => void;
  #chain: ChainWriter | undefined;
  #records: RecordMaker | undefined;
  #lost = 0;
  #batch: Extract<ToWriter, { kind: "batch" }> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #toldSequence = 0;
  #keptHouse = { file: "", at: 0 };
  #keepingHouse: Promise<void> | undefined;

  constructor(options: WriterOptions, resume: Confirmed | undefined, tell: (message: FromWriter) => void) {
    this.#options = options;
    this.#resume = resume;
    this.#tell = tell;
  }

  hear(message: ToWriter): void {
    if (message.kind === "close") return this.close(message);
    this.#batch = message;
    this.#lost = 0;
    this.#attempt();
  }

  /** Opens the chain and writes what waits. After a failure it comes back by itself. */
  start(): void {
    this.#attempt();
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** A chain that could not say what it lost gets no stop record: then its end alarms. */
  close(last: LastWords): void {
    clearTimeout(this.#retry);
    const unwritten = this.#writeLast(last);
    let isInOrder = false;
    try {
      const chain = this.#open();
      if (unwritten > 0)
        chain.append([droppedItem(unwritten, "could not be written before the end")], Date.now(), true);
      chain.close(Date.now());
      isInOrder = true;
    } catch {
      this.#chain?.abandon();
    }
    this.#tell({ kind: "closed", head: this.#chain?.head, unwritten, isInOrder });
  }

  /** How many records it could not write. */
  #writeLast(last: LastWords): number {
    try {
      this.#write();
      if (last.entries.length + last.dropped > 0) this.#open().append(this.#itemsOf(last), Date.now(), true);
      return 0;
    } catch {
      return (this.#batch?.entries.length ?? 0) + last.entries.length;
    }
  }

  #attempt(): void {
    clearTimeout(this.#retry);
    try {
      this.#write();
      this.#keepHouse();
    } catch (error) {
      this.#failed(error);
    }
  }

  #write(): void {
    const startedAt = performance.now();
    this.#skipWritten();
    const chain = this.#open();
    if (this.#batch === undefined) return this.#tellHead();
    const items = this.#itemsOf(this.#batch);
    if (items.length > 0) chain.append(items, Date.now(), this.#batch.durable);
    this.#batch = undefined;
    this.#toldSequence = chain.head.sequence;
    this.#tell({ kind: "written", head: chain.head, tookMs: performance.now() - startedAt, lost: this.#lost });
  }

  /** Of a batch that is told again, what dead threads had written is not written twice. */
  #skipWritten(): void {
    const batch = this.#batch;
    if (batch === undefined || batch.retold === false) return;
    const untold = this.#resume === undefined ? NOTHING : untoldOf(this.#options.folder, this.#resume);
    const left = batch.entries.slice(untold.entries);
    this.#lost = batch.retold === "give up" ? left.length : 0;
    const dropped = (untold.saidDrops ? 0 : batch.dropped) + this.#lost;
    this.#batch = { ...batch, retold: false, entries: this.#lost > 0 ? [] : left, dropped };
  }

  #itemsOf({ entries, dropped }: Batch): Item[] {
    const records = this.#records as RecordMaker;
    const items: Item[] = entries.map((entry) => ({ at: entry.at, fields: records.fieldsOf(entry) }));
    if (dropped > 0) items.push(droppedItem(dropped, "no room, or could not be made"));
    return items;
  }

  #open(): ChainWriter {
    if (this.#chain !== undefined) return this.#chain;
    const { component, pseudonymKeyFile } = this.#options;
    const pseudonymKey = pseudonymKeyFile === undefined ? undefined : openPseudonymKey(pseudonymKeyFile);
    this.#records = new RecordMaker({ component, pseudonymKey });
    this.#chain = new ChainWriter(this.#options, Date.now(), (error) => {
      const message = `The next audit file cannot be begun (${reasonOf(error)}); the old one goes on. Make room, or give the process the right to write to its audit folder.`;
      this.#tell({ kind: "fault", code: "AUDIT_ROTATION_FAILED", message });
    });
    // At once: should this thread die, the next one reads back from here.
    this.#tellHead();
    return this.#chain;
  }

  #tick(): void {
    if (this.#chain === undefined || this.#batch !== undefined) return;
    try {
      this.#chain.tick(Date.now());
      this.#tellHead();
      this.#keepHouse();
    } catch (error) {
      this.#failed(error);
    }
  }

  #tellHead(): void {
    const head = this.#chain?.head;
    if (head === undefined || head.sequence === this.#toldSequence) return;
    this.#toldSequence = head.sequence;
    this.#tell({ kind: "head", head });
  }

  #failed(error: unknown): void {
    clearTimeout(this.#retry);
    if ((error as { code?: unknown }).code === "AUDIT_CHAIN_TAKEN") {
      this.#chain?.abandon();
      this.#chain = undefined;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#tell({ kind: "failed", reason: reasonOf(error), message });
    this.#retry = setTimeout(() => this.#attempt(), this.#options.retryMs);
  }

  /** At the start, after each change of file, and every hour. */
  #keepHouse(): void {
    const chain = this.#chain;
    const now = Date.now();
    if (chain === undefined || this.#keepingHouse !== undefined) return;
    if (chain.fileName === this.#keptHouse.file && now - this.#keptHouse.at < HOUSEKEEPING_MS) return;
    this.#keptHouse = { file: chain.fileName, at: now };
    this.#keepingHouse = this.#tidy(chain, now)
      .catch((error: unknown) => {
        const message = `Closed audit files could not be compressed or deleted (${reasonOf(error)}). It is tried again within the hour.`;
        this.#tell({ kind: "fault", code: "AUDIT_HOUSEKEEPING_FAILED", message });
      })
      .finally(() => {
        this.#keepingHouse = undefined;
      });
  }

  async #tidy(chain: ChainWriter, now: number): Promise<void> {
    const { folder, server, compress } = this.#options;
    const house = { folder, server, chain: chain.chain };
    for (const { path, fields } of await prunable(house, this.#options, now)) {
      // First the record, then the deed: a deletion without a record would look like an attack.
      chain.append([{ at: now, fields }], now, true);
      // Another process may have had the same thought.
      await rm(path, { force: true });
    }
    await compressClosed(house, compress);
  }
}

const NOTHING = { entries: 0, saidDrops: false };

function droppedItem(records: number, reason: string): Item {
  return { at: Date.now(), fields: { event: "audit.dropped", records, reason } };
}

const inbox = parentPort;
if (inbox !== null) {
  const { options, resume, closed, port } = workerData as {
    options: WriterOptions;
    resume: Confirmed | undefined;
    closed: Int32Array;
    port: MessagePort;
  };
  const thread = new WriterThread(options, resume, (message) => {
    port.postMessage(message);
    if (message.kind !== "closed") return;
    Atomics.store(closed, 0, message.isInOrder ? CLOSING.inOrder : CLOSING.inDisorder);
    Atomics.notify(closed, 0);
    // Ends this thread only.
    process.exit();
  });
  inbox.on("message", (message: ToWriter) => thread.hear(message));
  thread.start();
}
