import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export interface How {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
  /** In a process group of its own, as a shell starts it, so that a signal can be sent to all of it. */
  readonly ownGroup?: boolean;
}

/** An example in a process of its own. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly stdoutLines: string[] = [];
  readonly stderrLines: string[] = [];
  /** Exit code, once all output has been read. */
  readonly ended: Promise<number | null>;
  readonly #listeners = new Set<() => void>();

  /** `file` is named from the folder of the examples. */
  constructor(file: string, { args = [], env = {}, node = [], ownGroup = false }: How = {}) {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
    this.process = spawn(process.execPath, [...node, path, ...args], {
      cwd: fileURLToPath(new URL(".", new URL(`../${file}`, import.meta.url))),
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: ownGroup,
    });
    this.#hear(this.process.stdout, this.stdoutLines);
    this.#hear(this.process.stderr, this.stderrLines);
    this.ended = once(this.process, "close").then(([code]) => code as number | null);
    void this.ended.then(() => this.#tell());
  }

  /** What the pattern's first group matches in the first such line on stdout or stderr. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const lines = [...this.stdoutLines, ...this.stderrLines];
      const match = lines.map((line) => pattern.exec(line)).find((found) => found !== null);
      if (match) return match[1] ?? match[0];
      if (this.process.exitCode !== null) throw new Error(`It ended without saying ${pattern}:\n${lines.join("\n")}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill();
    await this.ended;
  }

  #hear(stream: Readable, lines: string[]): void {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      this.#tell();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
