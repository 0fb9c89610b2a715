import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { demoEnvironment, endOf } from "../processes.ts";
import { SidecarProcess } from "../sidecar/sidecar-process.ts";
import type { NodeFiles, NodeName } from "./pair-files.ts";

const SERVER = fileURLToPath(new URL("booking-server.ts", import.meta.url));

/** A host, as far as one machine has two: a server, and the sidecar beside it. */
export class PairNode implements AsyncDisposable {
  readonly name: NodeName;
  readonly #files: NodeFiles;
  #sidecar: SidecarProcess | undefined;
  #server: ChildProcess | undefined;
  #serverEnded: Promise<unknown> = Promise.resolve();
  readonly #killServer = () => void this.#server?.kill("SIGKILL");

  constructor(name: NodeName, files: NodeFiles) {
    this.name = name;
    this.#files = files;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#files.port}/mcp`;
  }

  start(): void {
    const { config, port, probes, run } = this.#files;
    this.#sidecar = new SidecarProcess(config);
    // A Ctrl-C in the terminal is for the demo, which has something to say before this ends.
    const options = { env: demoEnvironment(), stdio: "ignore", detached: true, windowsHide: true } as const;
    this.#server = spawn(process.execPath, [SERVER, this.name, String(port), `http://${probes}`, run], options);
    this.#serverEnded = once(this.#server, "close").catch(() => {});
    process.once("exit", this.#killServer);
  }

  /** As the loss of a host: nothing of it can give a lease back. */
  async kill(): Promise<void> {
    this.#killServer();
    this.#sidecar?.kill();
    await Promise.all([this.#serverEnded, this.#sidecar?.ended]);
    process.off("exit", this.#killServer);
  }

  /** Whether a page of its sidecar says yes, as a load balancer asks. */
  async says(page: "/primary" | "/standby"): Promise<boolean> {
    try {
      const { ok } = await fetch(`http://${this.#files.probes}${page}`, { method: "HEAD" });
      return ok;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its gate confirms that it has stopped, so that the lease need not run out.
    await this.#sidecar?.stop();
    const server = this.#server;
    if (server !== undefined) await endOf(server, this.#serverEnded, () => server.kill("SIGTERM"));
    process.off("exit", this.#killServer);
  }
}
