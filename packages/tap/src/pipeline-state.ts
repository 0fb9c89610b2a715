import type { Pipeline } from "./pipeline.ts";
import { TargetBook } from "./target-book.ts";

/** One process serves few kinds of servers; a program that makes up names must not grow this for ever. */
const MAX_BOOKS = 1000;

/** What a pipeline remembers across servers, connections and requests: SDK v2 builds a server for every HTTP request. */
export class PipelineState {
  openExchanges = 0;
  readonly #books = new Map<string, TargetBook>();

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
