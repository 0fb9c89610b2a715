import { existsSync, readFileSync } from "node:fs";
import { type Anchor, type AuditVerdict, type VerifyOptions, verifyAudit } from "@mcp-ops/audit";
import { usageError } from "../../complaint.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";
import { anchorsIn, type GivenAnchor } from "./anchors.ts";
import { logOf } from "./place.ts";
import { verdictText } from "./verdict-text.ts";

interface Flags {
  readonly server?: string;
  readonly anchor?: readonly GivenAnchor[];
  readonly key?: readonly string[];
  readonly json?: boolean;
}

const EXIT_OF = { intact: EXIT.ok, broken: EXIT.failed, alarm: EXIT.alarm } as const;

export const addVerify: Verb = (group, terminal, end) => {
  const verb = group
    .command("verify")
    .description("Say whether an audit log was changed, record by record, and how far its end can be trusted.")
    .argument("[path...]", "folder of the log, or its files (default: MCP_OPS_AUDIT_FOLDER)")
    .option("--server <name>", "only the log of this server")
    .option("--anchor <head>", "a head kept elsewhere: a file, or [chain:]sequence:hash; may be repeated", anchors)
    .option("--key <key>", "public key that may have signed: a .pub file, or base64; may be repeated", keys)
    .action(async (paths: readonly string[], flags: Flags) => {
      const verdict = await verdictOn(
        { ...logOf(paths), ...serverOf(flags), publicKey: flags.key ?? [] },
        flags.anchor ?? [],
      );
      terminal.out(flags.json === true ? JSON.stringify(verdict) : verdictText(verdict));
      end(EXIT_OF[verdict.verdict]);
    });
  addExamples(
    verb,
    [
      ["mcp-ops audit verify /var/log/mcp", "check every chain of the folder"],
      [
        "mcp-ops audit verify /var/log/mcp --anchor heads.jsonl --key weather.pub",
        "prove it, against what you kept elsewhere",
      ],
    ],
    "Ends with 0 when the log is intact, 1 when it is broken, 3 when it ended in disorder (after a crash, or a cut that looks\n" +
      "like one). An end that no anchor proves is said, and is no fault: without an anchor nobody can prove it.",
  );
};

function serverOf({ server }: Flags): { server: string } | undefined {
  return server === undefined ? undefined : { server };
}

function anchors(given: string, before: readonly GivenAnchor[] = []): readonly GivenAnchor[] {
  return [...before, ...anchorsIn(given)];
}

function keys(given: string, before: readonly string[] = []): readonly string[] {
  const key = existsSync(given) ? readFileSync(given, "utf8").trim() : given;
  if (key === "" || (!/^[A-Za-z0-9+/=]+$/.test(key) && !key.includes("BEGIN PUBLIC KEY"))) {
    throw usageError(`${given} is no public key. Give the .pub file beside the log's key, or its base64.`);
  }
  return [...before, key];
}

/** Anchors that name no chain belong to the only one there is, which the first reading tells. */
async function verdictOn(log: VerifyOptions, given: readonly GivenAnchor[]): Promise<AuditVerdict> {
  if (given.every(({ chain }) => chain !== undefined))
    return verifyAudit({ ...log, anchor: given as readonly Anchor[] });
  const { chains } = await verifyAudit(log);
  if (chains.length !== 1) {
    throw usageError(
      `The log has ${chains.length} chains (${chains.map(({ chain }) => chain).join(", ")}). Write the anchor as chain:sequence:hash.`,
    );
  }
  const anchor = given.map((one) => ({ ...one, chain: one.chain ?? (chains[0]?.chain as string) }));
  return verifyAudit({ ...log, anchor });
}
