import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { MAX_CONFIG_BYTES } from "../discovery/discover.ts";
import type { KnownConfig } from "../discovery/known-configs.ts";
import { serversIn } from "../discovery/servers-in.ts";
import { reasonOf } from "../errors.ts";
import { alarmsOf, type ConfigAlarm, type Reading } from "./alarms.ts";

/** A configuration to watch, and what it must not lose. */
export interface ConfigToWatch extends Pick<KnownConfig, "format" | "servers"> {
  readonly path: string;
  /** Servers that must be in it. */
  readonly required?: readonly string[] | undefined;
  /** The servers it had when it was last seen, so that what was lost while nobody watched is found too. */
  readonly known?: readonly string[] | undefined;
}

/** A client that makes up new names all the time must not fill the memory; the oldest are forgotten. */
const MAX_KNOWN = 1_000;

/** One file: what it last said, and what it should say. */
export class WatchedConfig {
  readonly config: ConfigToWatch;
  #known: readonly string[] | undefined;
  #reading: Reading = { state: "missing" };
  #stamp = "";
  #sum = "";

  constructor(config: ConfigToWatch) {
    this.config = config;
    this.#known = config.known;
  }

  get reading(): Reading {
    return this.#reading;
  }

  /** The servers it should hold, besides those that are required; undefined before it was read once. */
  get known(): readonly string[] | undefined {
    return this.#known;
  }

  get alarms(): readonly ConfigAlarm[] {
    const { path, required = [] } = this.config;
    return alarmsOf(this.#reading, { path, required, known: this.#known });
  }

  /** Whether a look at the file would find something else than the last one; costs no reading. */
  async isStale(): Promise<boolean> {
    return (await stampOf(this.config.path)) !== this.#stamp;
  }

  /** Reads the file; true when its bytes are others than before. */
  async look(): Promise<boolean> {
    const { path } = this.config;
    const stamp = await stampOf(path);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    const text = await textOf(path);
    const sum = typeof text === "string" ? createHash("sha256").update(text).digest("hex") : text.reading.state;
    if (sum === this.#sum) return false;
    this.#sum = sum;
    this.#reading = typeof text === "string" ? this.#read(text) : text.reading;
    this.#learn();
    return true;
  }

  /** Takes what the file says now for what it should say. Required servers stay required. */
  accept(): void {
    this.#known = this.#reading.state === "valid" ? this.#reading.servers : undefined;
  }

  #read(text: string): Reading {
    const found = serversIn(text, this.config);
    return found.valid
      ? { state: "valid", servers: [...found.servers.keys()] }
      : { state: "invalid", reason: found.reason };
  }

  /** New servers are known from now on; one that is gone stays known until somebody says that this is meant. */
  #learn(): void {
    if (this.#reading.state !== "valid") return;
    const known = new Set([...(this.#known ?? []), ...this.#reading.servers]);
    this.#known = [...known].slice(-MAX_KNOWN);
  }
}

/** Another file, or other bytes in it, as far as can be told from outside. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return reasonOf(error);
  }
}

async function textOf(path: string): Promise<string | { readonly reading: Reading }> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > MAX_CONFIG_BYTES) return { reading: { state: "invalid", reason: `it has ${size} bytes` } };
    return await file.readFile("utf8");
  } catch (error) {
    const reason = reasonOf(error);
    return {
      reading: reason === "ENOENT" || reason === "ENOTDIR" ? { state: "missing" } : { state: "invalid", reason },
    };
  }
}
