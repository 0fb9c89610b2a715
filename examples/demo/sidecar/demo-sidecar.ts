import { setTimeout as pause } from "node:timers/promises";
import type { SummaryAnswer } from "@mcp-ops/cost";
import { METRIC, type SloState } from "@mcp-ops/formats";
import type { Sample } from "../figures/exposition.ts";
import { settled } from "../figures/settled.ts";
import type { Tally } from "../figures/tally.ts";
import { SERVER_NAME } from "../server/server.ts";
import { type SidecarFiles, writeFiles } from "./files.ts";
import { Pages } from "./pages.ts";
import { type Addresses, CLEAN, SidecarProcess } from "./sidecar-process.ts";
import { type Step, tellStory } from "./story.ts";

/** So soon after its pages cannot be read it is known that a process has ended. */
const DEATH_MS = 500;

/** How the story of the broken config went. */
export type Told =
  | { readonly how: "restored"; readonly command: string }
  | { readonly how: "called off" }
  | { readonly how: "failed"; readonly why: string };

/** What there is to see of the sidecar at one moment. */
export interface SidecarLook {
  /** Undefined while it does not answer. */
  readonly addresses: Addresses | undefined;
  /** The file it runs on. */
  readonly config: string;
  /** The servers that answer, as its page says. */
  readonly servers: readonly string[];
  /** What its page shows of the travel desk. */
  readonly desk: readonly Sample[];
  /** What today cost; undefined while nobody can say. */
  readonly spent: SummaryAnswer | undefined;
  /** How what is promised stands. */
  readonly promises: readonly SloState[];
  /** The story so far, oldest first. */
  readonly said: readonly Step[];
}

export interface SidecarOptions {
  readonly folder: string;
  /** Of the travel desk, for the config of its client. */
  readonly serverUrl: string;
  /** Of the arbiter of the pair. */
  readonly arbiterPort: number;
  readonly paceMs: number;
  readonly calledOff: AbortSignal;
}

/** Starts `mcp-ops sidecar` beside the servers. Resolves when it listens, or cannot; then the story begins. */
export async function startSidecar(options: SidecarOptions): Promise<DemoSidecar> {
  const files = await writeFiles(options.folder, options.serverUrl, options.arbiterPort);
  const sidecar = new DemoSidecar(files, options);
  await sidecar.listening();
  return sidecar;
}

export class DemoSidecar implements AsyncDisposable {
  readonly #files: SidecarFiles;
  readonly #process: SidecarProcess;
  readonly #told: Promise<Told>;
  readonly #said: Step[] = [];
  #pages: Pages | undefined;

  constructor(files: SidecarFiles, { paceMs, calledOff }: SidecarOptions) {
    this.#files = files;
    this.#process = new SidecarProcess(files.config);
    this.#told = this.#tell(paceMs, calledOff);
  }

  async listening(): Promise<void> {
    await this.#process.listening.catch(() => {});
  }

  async look(): Promise<SidecarLook> {
    const pages = this.#pages;
    const [page, spent, slo] = await Promise.all([
      orNothing(pages?.metrics()),
      orNothing(pages?.cost()),
      orNothing(pages?.promises()),
    ]);
    const samples = page ?? [];
    return {
      addresses: page && this.#pages?.addresses,
      config: this.#files.config,
      servers: samples.filter(isUp).map(({ labels }) => labels.server ?? ""),
      desk: ofDesk(samples),
      spent,
      promises: slo?.objectives ?? [],
      said: [...this.#said],
    };
  }

  /** Resolves when the story is over, and the page has caught up with the clients. */
  async told(clients: Tally): Promise<void> {
    const { how } = await this.#told;
    const pages = this.#pages;
    if (how === "failed" || pages === undefined) return;
    // What cannot be read now cannot be read at the last look either, which shows it.
    await settled(async () => ofDesk(await pages.metrics()), clients).catch(() => {});
  }

  /** Ends it, which it has to do in order. Gives how all of it went. */
  async stop(): Promise<Told> {
    const end = await this.#process.stop();
    const told = await this.#told;
    if (told.how === "failed" || end === CLEAN) return told;
    return { how: "failed", why: `it ended by ${end}, and not in order` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#told;
  }

  async #tell(paceMs: number, signal: AbortSignal): Promise<Told> {
    try {
      const pages = new Pages(await this.#process.listening);
      this.#pages = pages;
      const say = (step: Step) => void this.#said.push(step);
      const story = { sidecar: this.#process, files: this.#files, pages, say, paceMs, signal };
      return { how: "restored", command: await tellStory(story) };
    } catch (error) {
      if (signal.aborted) return { how: "called off" };
      // That its pages cannot be read is the lesser half of what happened.
      const end = await Promise.race([this.#process.ended, pause(DEATH_MS, undefined, { ref: false })]);
      const why = end === undefined ? messageOf(error) : `it ended by ${end}`;
      this.#said.push({ text: `FAILED: ${why}`, details: [], style: "red" });
      return { how: "failed", why };
    }
  }
}

/** A page that cannot be read shows nothing. */
async function orNothing<Page>(answer: Promise<Page> | undefined): Promise<Page | undefined> {
  return answer?.catch(() => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isUp({ name, value }: Sample): boolean {
  return name === METRIC.fleetUp && value === 1;
}

function ofDesk(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(({ labels }) => labels.server === SERVER_NAME);
}
