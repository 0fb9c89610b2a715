import type { JournalLine, JournalLost } from "@mcp-ops/formats";

type Why = JournalLost["why"];

const WHYS: readonly Why[] = ["queue", "file"];

/** How many exchanges were not recorded as they were, in all and since the journal was told of it. */
export class Losses {
  readonly #all: Record<Why, number> = { queue: 0, file: 0 };
  readonly #untold: Record<Why, number> = { queue: 0, file: 0 };

  get all(): Readonly<Record<Why, number>> {
    return { ...this.#all };
  }

  add(why: Why, count: number): void {
    this.#all[why] += count;
    this.#untold[why] += count;
  }

  /** `write` is false where there is no room for the line: then it is told the next time. */
  tell(minute: number, write: (line: JournalLine, exchanges: number) => boolean): void {
    for (const why of WHYS) {
      const count = this.#untold[why];
      if (count > 0 && write({ kind: "lost", minute, count, why }, count)) this.#untold[why] = 0;
    }
  }
}
