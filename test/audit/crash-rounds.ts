import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { auditLog, verifyAudit } from "@mcp-ops/audit";
import type { AuditHead } from "@mcp-ops/formats";
import { expect } from "vitest";
import { Chance } from "../fixtures/chance.ts";
import { exchangesOf, recordsOf } from "./stage.ts";

/** The head it knew, and how many calls it had had an answer to. */
type Told = AuditHead & { readonly answered: number };

/** Starts the child, kills it after it has told so many heads and some microseconds more; gives the last head it told. */
async function runAndKill(folder: string, heads: number, pace: number, durability: string): Promise<Told> {
  const file = fileURLToPath(new URL("crash-child.ts", import.meta.url));
  const child = spawn(process.execPath, [file, folder, String(pace), durability], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  let last: Told | undefined;
  let heard = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as Told;
    if (++heard === heads) child.kill("SIGKILL");
  }
  await gone;
  if (last === undefined) throw new Error("The child told nothing before it ended.");
  return last;
}

/** Kill after kill on one folder: what was told to be written is there and verifies, and the next start records the gap. */
export async function crashRounds(folder: string, rounds: number, seed: number): Promise<void> {
  const chance = new Chance(seed);
  for (let round = 0; round < rounds; round++) {
    const about = `round ${round} of seed ${seed}`;
    const durability = round % 3 === 2 ? "synchronous" : "buffered";
    const head = await runAndKill(
      folder,
      1 + Math.floor(chance.next() * 30),
      1 + Math.floor(chance.next() * 20),
      durability,
    );
    if (durability === "synchronous") {
      const ofThisRun = exchangesOf(folder).filter(
        ({ boot, operation }) => boot === head.boot && operation.target === "ok",
      );
      expect(ofThisRun.length, about).toBeGreaterThanOrEqual(head.answered);
    }
    const killed = await verifyAudit({ folder, anchor: head });
    const broken = killed.findings.filter(({ weight }) => weight === "broken");
    expect(broken, about).toEqual([]);
    expect(killed.verdict, about).toBe("alarm");
    expect(killed.findings.at(-1), about).toMatchObject({ kind: "unclean-end" });
    expect(killed.chains[0]?.lastSequence, about).toBeGreaterThanOrEqual(head.sequence);
  }
  const log = auditLog({ server: "story", folder });
  await log.close();
  const gaps = recordsOf(folder).filter(
    (record) => record.event === "audit.start" && record.previous.end === "unclean",
  );
  expect(gaps).toHaveLength(rounds);
  const { verdict, chains, findings } = await verifyAudit({ folder, anchor: log.head()! });
  // Records that were dropped for want of room are told too, and are no gap.
  const kinds = findings.map(({ kind }) => kind).filter((kind) => kind !== "dropped");
  expect(kinds).toEqual(Array.from({ length: rounds }, () => "gap"));
  expect(verdict).toBe("intact");
  expect(chains).toHaveLength(1);
  expect(chains[0]?.tail.proven).toBe(true);
}
