import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { newFolder } from "./temp.ts";

const CHILD = fileURLToPath(new URL("arbiter-child.ts", import.meta.url));

function start(file: string, verb: string): ChildProcess {
  return spawn(process.execPath, [CHILD, file, verb], { stdio: ["pipe", "pipe", "inherit"] });
}

/**
 * Kills an arbiter at random moments while it gives leases; over all its lives no token comes twice or goes back.
 * Its ledger is made before, with a lease that has been given back: a new one has nothing to forget.
 */
export async function killRounds(rounds: number, random: () => number): Promise<void> {
  const file = join(newFolder(), "ledger.db");
  await begin(file);
  const tokens: bigint[] = [];
  for (let round = 0; round < rounds; round++) {
    endLeases(file);
    const child = start(file, "grants");
    const gone = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout! })) {
      if (line !== "ready") tokens.push(BigInt(line));
      // The moment is random, not something that is waited for.
      else setTimeout(() => child.kill("SIGKILL"), random() * 60);
    }
    expect(await gone).toEqual([null, "SIGKILL"]);
  }
  for (const [n, token] of tokens.entries()) {
    if (n > 0) expect(token, `after ${tokens[n - 1]}`).toBeGreaterThan(tokens[n - 1] as bigint);
  }
  // Kills that hit nothing prove nothing.
  expect(tokens.length).toBeGreaterThan(rounds);
}

async function begin(file: string): Promise<void> {
  const { Arbiter } = await import("../src/arbiter/arbiter.ts");
  let now = 0;
  using arbiter = new Arbiter({ file, now: () => now });
  now = 1_000;
  const acquired = arbiter.acquire("group", "first/1", 1_000);
  if (acquired.kind === "granted") arbiter.release(acquired.grant);
}

/** So that a round need not wait until the lease of one that was killed has run out. */
function endLeases(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("UPDATE leases SET holder = NULL");
  database.close();
}

export interface ArbiterProcess {
  ask(node: string, verb: string, body: object): Promise<Record<string, unknown>>;
  kill(): Promise<void>;
}

export async function arbiterProcess(file: string): Promise<ArbiterProcess> {
  const child = start(file, "answers");
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async ask(node, verb, body) {
      child.stdin!.write(`${JSON.stringify({ node, verb, body })}\n`);
      const { value } = await lines.next();
      return (JSON.parse(value as string) as { body: Record<string, unknown> }).body;
    },
    async kill() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
