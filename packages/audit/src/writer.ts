import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { WriterOptions } from "./options.ts";
import type { Confirmed } from "./resume.ts";
import { CLOSING, type FromWriter, type LastWords, type ToWriter } from "./writer-messages.ts";

/** The writer's thread, seen from the server's. */
export class Writer {
  readonly #worker: Worker;
  /** What the thread tells comes through a channel of its own, which can also be read without the event loop. */
  readonly #port: MessagePort;
  readonly #heard: (message: FromWriter) => void;
  readonly #closed = new Int32Array(new SharedArrayBuffer(4));
  readonly #ended: Promise<void>;
  #isOver = false;

  /** `ended` is told once, when no more will be heard of the thread; with an error if it broke. `resume`: where the thread before it was. */
  constructor(
    options: WriterOptions,
    resume: Confirmed | undefined,
    heard: (message: FromWriter) => void,
    ended: (error: Error | undefined) => void,
  ) {
    // Beside the sources it is a .ts file, in the package a .js file. Of the process's own flags none apply to it.
    const isSource = import.meta.url.endsWith(".ts");
    const file = isSource
      ? new URL("./writer-thread.ts", import.meta.url)
      : new URL("./writer-thread.js", import.meta.url);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#heard = heard;
    this.#worker = new Worker(file, {
      workerData: { options, resume, closed: this.#closed, port: port2 },
      transferList: [port2],
      execArgv: [],
      env: {},
      name: "mcp-ops-audit",
    });
    port1.on("message", heard);
    this.#worker.unref();
    port1.unref();
    this.#ended = new Promise((resolve) => {
      const over = (error: Error | undefined) => {
        if (this.#isOver) return;
        this.#isOver = true;
        this.poll();
        port1.close();
        ended(error);
        resolve();
      };
      // Only after its exit nothing more is written by it: until then a new thread must not go on where it was.
      let broken: Error | undefined;
      this.#worker.on("error", (error: Error) => (broken = error));
      this.#worker.on("exit", () => over(broken));
    });
  }

  tell(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  /** Hears what has been told by now, without waiting for the event loop: a busy server may not come back to it for long. */
  poll(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#heard(next.message as FromWriter);
    }
  }

  /** While something is under way that shall not be lost, the process stays for it. */
  keepProcess(keep: boolean): void {
    if (keep) this.#port.ref();
    else this.#port.unref();
  }

  async close(last: LastWords): Promise<void> {
    if (this.#isOver) return;
    this.#worker.ref();
    this.tell({ kind: "close", ...last });
    await this.#ended;
  }

  /** Blocks until the thread has ended the chain, at most so long: for the last moment of a process. True if it ended in order. */
  closeNow(last: LastWords, timeoutMs: number): boolean {
    if (this.#isOver) return false;
    this.tell({ kind: "close", ...last });
    Atomics.wait(this.#closed, 0, CLOSING.underWay, timeoutMs);
    this.poll();
    return Atomics.load(this.#closed, 0) === CLOSING.inOrder;
  }
}
