import { report } from "@mcp-ops/exchange";
import type { Pipeline } from "./pipeline.ts";
import { TargetBook } from "./target-book.ts";

/** One process serves few kinds of servers; a program that makes up names must not grow this for ever. */
const MAX_BOOKS = 1000;

/** What a pipeline remembers across servers, connections and requests: SDK v2 builds a server for every HTTP request. */
export class PipelineState {
  openExchanges = 0;
  readonly #names = new Set<string>();
  readonly #books = new Map<string, TargetBook>();

  /** A server of this name is watched. */
  met(server: string | undefined): void {
    if (server !== undefined && this.#names.size < 2) this.#names.add(server);
  }

  /** The name of the server, where only one is watched: what a handler calls a server it has not seen answer yet. */
  get onlyServer(): string | undefined {
    return this.#names.size === 1 ? [...this.#names][0] : undefined;
  }

  bookOf(server: string): TargetBook {
    let book = this.#books.get(server);
    if (book === undefined) {
      book = new TargetBook();
      if (this.#books.size < MAX_BOOKS) this.#books.set(server, book);
    }
    return book;
  }
}

const states = new WeakMap<Pipeline, PipelineState>();

export function stateOf(pipeline: Pipeline): PipelineState {
  let state = states.get(pipeline);
  if (state === undefined) {
    state = new PipelineState();
    states.set(pipeline, state);
  }
  return state;
}

/** An exchange goes unobserved. */
export function tellOverflow({ onOverflow, onFault }: Pipeline): void {
  try {
    onOverflow();
  } catch (error) {
    report(onFault, { source: "onOverflow", kind: "threw", error });
  }
}
