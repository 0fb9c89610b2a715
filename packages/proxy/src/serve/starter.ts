import type { EpochFile } from "../child/epoch-file.ts";
import type { Warn } from "../signals/warn.ts";
import { ChildLink } from "./child-link.ts";

/** Starts the processes of a server, and knows whether it can be had. */
export class Starter {
  readonly #command: readonly string[];
  readonly #onWarning: Warn;
  readonly #epochFile: EpochFile | undefined;
  #isUp = true;

  constructor(command: readonly string[], onWarning: Warn, epochFile?: EpochFile) {
    this.#command = command;
    this.#epochFile = epochFile;
    this.#onWarning = onWarning;
  }

  /** False when the newest process could not be started or has ended by itself; true before the first is needed. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** @throws OpsError when the command cannot be started. */
  async start(): Promise<ChildLink> {
    try {
      const link = await ChildLink.start(this.#command, this.#onWarning, this.#epochFile);
      this.#isUp = true;
      void link.ended.then(() => {
        if (!link.isClosing) this.#isUp = false;
      });
      return link;
    } catch (error) {
      this.#isUp = false;
      throw error;
    }
  }
}
