import { readFileSync } from "node:fs";
import type { Anchor } from "@mcp-ops/audit";
import { usageError } from "../../complaint.ts";

/** An anchor that names its chain, or one for the only chain there is. */
export type GivenAnchor = Omit<Anchor, "chain"> & { readonly chain: string | undefined };

const WRITTEN = /^(?:(?<chain>.+):)?(?<sequence>\d+):(?<hash>[0-9a-f]{64})$/;

/**
 * Reads `[chain:]sequence:hash`, or a file of heads: what `mcp-ops audit head` printed or `/audit/head` answered, one or many,
 * as lines or in an array.
 */
export function anchorsIn(given: string): readonly GivenAnchor[] {
  const written = WRITTEN.exec(given)?.groups;
  if (written !== undefined) {
    return [{ chain: written.chain, sequence: Number(written.sequence), hash: written.hash as string }];
  }
  const heads = valuesIn(textOf(given)) ?? [undefined];
  return heads.map((head) => anchorOf(head) ?? refuse(given, "holds something that is no head of an audit log"));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return refuse(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function refuse(given: string, why: string): never {
  throw usageError(`The anchor ${given} ${why}. Give a file that mcp-ops audit head wrote, or [chain:]sequence:hash.`);
}

/** A document, or a document per line. */
function valuesIn(text: string): readonly unknown[] | undefined {
  try {
    return [JSON.parse(text)].flat();
  } catch {}
  try {
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line));
  } catch {
    return undefined;
  }
}

function anchorOf(head: unknown): Anchor | undefined {
  const { chain, sequence, hash } = (head ?? {}) as Partial<Anchor>;
  const isAnchor =
    typeof chain === "string" &&
    Number.isSafeInteger(sequence) &&
    typeof hash === "string" &&
    /^[0-9a-f]{64}$/.test(hash);
  return isAnchor ? { chain, sequence: sequence as number, hash } : undefined;
}
