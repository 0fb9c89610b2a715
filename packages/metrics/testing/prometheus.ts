import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Loopback } from "./loopback.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Of which Prometheus says nothing when it has not scraped for so long. */
export interface Span {
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly metric: Labels; readonly value?: [number, string] }[] };
}

/** A real Prometheus with its data in a folder of the test. */
export class Prometheus implements AsyncDisposable {
  readonly #program: Loopback;

  private constructor(program: Loopback) {
    this.#program = program;
  }

  /** @param config as `prometheus.yml` has it; relative paths in it are read from the folder */
  static async start(folder: string, config: object): Promise<Prometheus> {
    const file = join(folder, "prometheus.yml");
    writeFileSync(file, JSON.stringify(config));
    const data = `--storage.tsdb.path=${join(folder, "prometheus")}`;
    return new Prometheus(await Loopback.start("prometheus", [`--config.file=${file}`, data]));
  }

  get origin(): string {
    return this.#program.origin;
  }

  /** Warnings and errors of its log. */
  complaints(): readonly string[] {
    return this.#program.complaints();
  }

  /** What a query gives now. Throws with the words of Prometheus when it is none. */
  async query(query: string): Promise<readonly Sample[]> {
    const { data } = await this.#ask("/api/v1/query", { query });
    return (data?.result ?? []).map(({ metric, value }) => ({ labels: metric, value: Number(value?.[1]) }));
  }

  /** How many series a query gave within a span. Throws as above. */
  async seriesWithin(query: string, { from, to, stepSeconds }: Span): Promise<number> {
    const span = { start: String(from), end: String(to), step: String(stepSeconds) };
    const { data } = await this.#ask("/api/v1/query_range", { query, ...span });
    return data?.result.length ?? 0;
  }

  /** Any page of its API. */
  async page<Page>(path: string): Promise<Page> {
    return (await (await fetch(`${this.origin}${path}`)).json()) as Page;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }

  async #ask(path: string, question: Readonly<Record<string, string>>): Promise<Answer> {
    const response = await fetch(`${this.origin}${path}`, { method: "POST", body: new URLSearchParams(question) });
    const answer = (await response.json()) as Answer;
    if (answer.status !== "success") throw new Error(`${answer.error}: ${question.query}`);
    return answer;
  }
}
