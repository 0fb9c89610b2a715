import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "./cluster.ts";

/** Something safety rests on, taken out of a built file. */
export interface Mutation {
  readonly file: string;
  readonly changes: readonly (readonly [from: string, to: string])[];
}

const HOUR = "3_600_000";

export const MUTATIONS = {
  "the agent's deadline": {
    file: "packages/failover/dist/elector/tenure.js",
    changes: [
      ["askedAt + Math.min(grant.ttlMs, timing.ttlMs) - timing.marginMs", `askedAt + ${HOUR}`],
      ["now >= tenure.askedAt + timing.renewDeadlineMs", "false"],
    ],
  },
  "the gate's deadline": {
    file: "packages/guard/dist/role/reign.js",
    changes: [["const until = asked.at + remainingMs;", `const until = asked.at + (remainingMs && ${HOUR});`]],
  },
  "the gate's look at the role": {
    file: "packages/guard/dist/role/guard-role.js",
    changes: [
      ["isTaking(role)", "(role.hasLed ||= isTaking(role))"],
      ["role.reign;", "(role.reign ?? new AbortController().signal);"],
    ],
  },
  "the token check": {
    file: "packages/guard/dist/fencing/judge-token.js",
    changes: [["if (token < highest)", "if (token < highest) return; if (false)"]],
  },
  "the restart grace": {
    file: "packages/failover/dist/arbiter/ledger.js",
    changes: [["untilMs: startedAt + entry.ttlMs", "untilMs: startedAt"]],
  },
  "the token stripping": {
    file: "packages/tap/dist/without-ours.js",
    changes: [["if (meta === undefined ||", "if (meta !== null ||"]],
  },
} as const satisfies Readonly<Record<string, Mutation>>;

const WITHOUT = new Set(["src", "testing", "testdata", "test-fixtures", ".turbo"]);

/** A copy of what is built, changed: the only way to a build without its safety, so that none is ever shipped. */
export class Mutant implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), "mcp-ops-mutant-"));

  /** @throws Error when what is to be taken out is not there any more, or is there twice */
  constructor({ file, changes }: Mutation) {
    try {
      this.#copy();
      const path = join(this.root, file);
      let text = readFileSync(path, "utf8");
      for (const [from, to] of changes) {
        if (text.split(from).length !== 2)
          throw new Error(`${file} must have ${from} once. Give the mutation its new words.`);
        text = text.replace(from, to);
      }
      writeFileSync(path, text);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Links within stay links, so that they lead into the copy. */
  #copy(): void {
    const filter = (path: string) => !WITHOUT.has(basename(path));
    for (const part of ["packages", "test/chaos/actors", "test/node_modules", "test/package.json"])
      cpSync(join(ROOT, part), join(this.root, part), { recursive: true, verbatimSymlinks: true, filter });
    symlinkSync(join(ROOT, "node_modules"), join(this.root, "node_modules"));
  }
}
