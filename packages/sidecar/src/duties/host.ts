import { AsyncLocalStorage } from "node:async_hooks";
import { OpsError, withoutSecrets } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import type { Family, Format } from "../exposition/family.ts";
import { type AdminReply, type AdminRequest, type AdminRoute, problem } from "../listeners/admin-route.ts";
import type { ProbePage, ProbeReply } from "../listeners/probe-page.ts";
import { messageOf } from "../log.ts";
import { retryDelayMs } from "./backoff.ts";
import type { Duty, DutyContext, DutyStatus } from "./duty.ts";

/** What the daemon knows of a duty. */
export type Phase = "starting" | "running" | "failed" | "stopping" | "stopped";

export interface HostedStatus extends DutyStatus {
  readonly name: string;
  readonly phase: Phase;
  readonly failures: number;
}

/** For a start; one that hangs would leave the duty dead without a word. */
const START_DEADLINE_MS = 30_000;
/** For its part of the metrics. Below the ten seconds after which Prometheus gives up on the page. */
const METRICS_DEADLINE_MS = 8_000;
/** For a stop before a retry; the stop at the end has the deadline of the config. */
const RESTART_DEADLINE_MS = 5_000;
/** Who ran this long before it failed starts again after the shortest wait. */
const STEADY_MS = 60_000;
const MAX_FAULT_CHARS = 1_000;

const current = new AsyncLocalStorage<Host>();

/** The duty whose code led here, for a rejection that nobody handled. */
export function blamed(): Host | undefined {
  return current.getStore();
}

/** Runs one duty: starts it, notices when it fails, tries again after a while. Nothing of it throws. */
export class Host {
  readonly name: string;
  readonly #open: () => Duty;
  readonly #context: Omit<DutyContext, "fail">;
  #duty: Duty;
  #phase: Phase = "starting";
  #failures = 0;
  #inARow = 0;
  #lastFault = "";
  #runsSince = 0;
  #retry: NodeJS.Timeout | undefined;
  /** Counts starts: what an earlier one still has to say is about a duty that is no more. */
  #run = 0;

  constructor(name: string, open: () => Duty, context: Omit<DutyContext, "fail">) {
    this.name = name;
    this.#open = open;
    this.#context = context;
    this.#duty = open();
  }

  /** The routes of the duty as it is when they are asked: a retry has made another one. */
  get routes(): readonly AdminRoute[] {
    return (this.#duty.routes ?? []).map((route, index) => ({
      ...route,
      path: route.isWhole ? route.path : `/${this.#duty.base ?? this.name}${route.path}`,
      respond: (request) => this.#respond(index, request),
    }));
  }

  /** Its pages, each as the duty is when it is asked. */
  get pages(): readonly ProbePage[] {
    return (this.#duty.pages ?? []).map(({ path }, index) => ({
      path,
      respond: (query) => this.#show(index, query),
    }));
  }

  /** Starts it. Resolves when it runs or its first try has failed. */
  async start(): Promise<void> {
    const run = ++this.#run;
    this.#phase = "starting";
    const fail = (error: unknown) => {
      if (run === this.#run) this.fail(error);
    };
    try {
      await within(START_DEADLINE_MS, "did not start", () => this.#inside(() => this.#begin(run, fail)));
      if (run !== this.#run) return;
      this.#phase = "running";
      this.#runsSince = performance.now();
      this.#context.log("info", `The duty ${this.name} runs.`);
    } catch (error) {
      if (run === this.#run) await this.#failed(error);
    }
  }

  /** Takes note that it failed: it is stopped, and started anew later. */
  fail(error: unknown): void {
    if (this.#phase === "running" || this.#phase === "starting") void this.#failed(error);
    else
      this.#context.log("warn", `The duty ${this.name}, which has been stopped, failed once more: ${messageOf(error)}`);
  }

  /** Stops it and starts it at once, on its section of the config as it is now. */
  async restart(): Promise<void> {
    await this.stop(AbortSignal.timeout(RESTART_DEADLINE_MS));
    await this.start();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#run++;
    clearTimeout(this.#retry);
    this.#phase = "stopping";
    await this.#stopDuty(deadline);
    this.#phase = "stopped";
  }

  status(): HostedStatus {
    const base = { name: this.name, phase: this.#phase, failures: this.#failures };
    if (this.#phase === "failed") return { ...base, content: false, message: this.#lastFault };
    if (this.#phase !== "running") return { ...base, content: false, message: `It is ${this.#phase}.` };
    try {
      return { ...base, ...this.#inside(() => this.#duty.status()) };
    } catch (error) {
      return { ...base, content: false, message: faultOf(error) };
    }
  }

  async metrics(format: Format): Promise<readonly Family[]> {
    const duty = this.#duty;
    if (this.#phase !== "running" || duty.metrics === undefined) return [];
    try {
      return await within(METRICS_DEADLINE_MS, "did not give its metrics", () =>
        this.#inside(() => duty.metrics?.(format) ?? Promise.resolve([])),
      );
    } catch (error) {
      if (duty === this.#duty) this.fail(error);
      return [];
    }
  }

  /** A start that ends after somebody has given up on it must not leave a second duty at work. */
  async #begin(run: number, fail: (error: unknown) => void): Promise<void> {
    const duty = this.#open();
    this.#duty = duty;
    await duty.start({ ...this.#context, fail });
    if (run !== this.#run) await duty.stop(AbortSignal.timeout(RESTART_DEADLINE_MS));
  }

  async #failed(error: unknown): Promise<void> {
    const run = ++this.#run;
    if (this.#phase === "running" && performance.now() - this.#runsSince > STEADY_MS) this.#inARow = 0;
    this.#phase = "failed";
    this.#failures++;
    this.#inARow++;
    this.#lastFault = faultOf(error);
    const delayMs = Math.round(retryDelayMs(this.#inARow, Math.random));
    this.#context.log("error", `The duty ${this.name} failed: ${this.#lastFault}`, { retryInMs: delayMs });
    await this.#stopDuty(AbortSignal.timeout(RESTART_DEADLINE_MS));
    if (run !== this.#run) return;
    this.#retry = setTimeout(() => void this.start(), delayMs);
  }

  async #respond(index: number, request: AdminRequest): Promise<AdminReply> {
    const route = this.#duty.routes?.[index];
    if (this.#phase !== "running" || route === undefined) {
      return problem(
        503,
        SIDECAR_ERROR.dutyNotRunning,
        `The duty ${this.name} is ${this.#phase}. It is tried again by itself; /api/v1/status tells why.`,
      );
    }
    return this.#inside(() => route.respond(request));
  }

  #show(index: number, query: Readonly<Record<string, string>>): ProbeReply | Promise<ProbeReply> {
    const page = this.#duty.pages?.[index];
    // What a duty is in the midst of while it stops may concern whoever asks.
    if ((this.#phase !== "running" && this.#phase !== "stopping") || page === undefined)
      return { status: 503, body: `${this.name} is ${this.#phase}\n` };
    return this.#inside(() => page.respond(query));
  }

  async #stopDuty(deadline: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve(), { once: true }));
    const stopped = this.#inside(async () => this.#duty.stop(deadline));
    const told = stopped.catch((error) =>
      this.#context.log("warn", `The duty ${this.name} did not stop well: ${messageOf(error)}`),
    );
    await (deadline.aborted ? undefined : Promise.race([told, aborted]));
  }

  /** So that a rejection that nobody handles is laid at its door, and ends the duty and not the daemon. */
  #inside<T>(work: () => T): T {
    return current.run(this, work);
  }
}

/** Operators read it through the API, so it is short and holds no secret. */
function faultOf(error: unknown): string {
  return withoutSecrets(messageOf(error)).slice(0, MAX_FAULT_CHARS);
}

async function within<T>(ms: number, what: string, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(timeout(what, ms)), ms);
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function timeout(what: string, ms: number): OpsError {
  return new OpsError(SIDECAR_ERROR.dutyTimeout, `It ${what} within ${ms} ms. See the log for what it waits for.`);
}
