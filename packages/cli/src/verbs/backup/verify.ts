import { type SetVerdict, trustOf, type VerifyOptions, verifySet } from "@mcp-ops/backup";
import { usageError } from "../../complaint.ts";
import { counted } from "../../counted.ts";
import { EXIT } from "../../exit-codes.ts";
import { addExamples } from "../../help.ts";
import { progressBar } from "../../progress-bar.ts";
import type { Verb } from "../../verb.ts";
import { addIdentityOption, type IdentityFlags, identitiesOf } from "./identities.ts";
import { addSetOptions, type ChosenSet, chosenSets, type SetFlags } from "./sets.ts";

interface Flags extends SetFlags, IdentityFlags {
  readonly readData?: boolean;
  readonly signature?: boolean;
}

export const addVerify: Verb = (group, terminal, end) => {
  const verb = group
    .command("verify")
    .description(
      "Say whether every backup of a set is as it was written, and whether one is lost, foreign or replaced.",
    )
    .argument("[set]", "its name (default: every set)")
    .option("--read-data", "read every byte; without it manifest, seal, size and history")
    .option("--signature", "demand the signature of this machine's key, or of one in trustedKeys")
    .action(async (name: string | undefined, flags: Flags) => {
      let isSound = true;
      for (const chosen of await chosenSets(name, flags)) {
        using bar = progressBar(chosen.name, terminal, flags.json);
        const options = { ...optionsOf(chosen, flags), onProgress: bar.onProgress };
        const verdict = await verifySet(chosen.store, chosen.name, options);
        bar[Symbol.dispose]();
        terminal.out(
          flags.json === true ? JSON.stringify(told(chosen.name, verdict)) : verdictText(chosen.name, verdict),
        );
        isSound &&= verdict.isSound;
      }
      end(isSound ? EXIT.ok : EXIT.failed);
    });
  addExamples(
    addIdentityOption(addSetOptions(verb)),
    [
      ["mcp-ops backup verify", "is everything there, and of the right size?"],
      ["mcp-ops backup verify desktop --read-data --signature", "is every byte right, and ours?"],
    ],
    "Ends with 0 when all is sound, else with 1.",
  );
};

function optionsOf({ name, set }: ChosenSet, flags: Flags): VerifyOptions {
  const identities = identitiesOf(flags);
  if (flags.signature !== true) return { readData: flags.readData === true, identities };
  const signature = trustOf(set);
  if (signature.keys.length > 0) return { readData: flags.readData === true, identities, signature };
  throw usageError(`--signature needs a key, and the set ${name} has neither signKey nor trustedKeys.`);
}

function told(set: string, { isSound, backups, history }: SetVerdict) {
  const each = backups.map(({ ref, isSound: sound, signer, findings }) => ({
    id: ref.id,
    isSound: sound,
    signer: signer ?? null,
    findings,
  }));
  return { set, isSound, backups: each, history };
}

const HISTORY: Readonly<Record<SetVerdict["history"][number]["kind"], string>> = {
  lost: "LOST: it was made here, and nobody has removed it in order, but it is gone.",
  foreign: "FOREIGN: it was not made here. It is not restored unless a key that is trusted signed it.",
  replaced: "REPLACED: its manifest is not the one that was written here.",
};

function verdictText(set: string, { isSound, backups, history }: SetVerdict): string {
  const head = `${set}: ${isSound ? "SOUND" : "NOT SOUND"}, ${counted(backups.length, "backup")}`;
  const damaged = backups.flatMap(({ ref, findings }) => findings.map(({ message }) => `  ${ref.id}  ${message}`));
  return [head, ...damaged, ...history.map(({ kind, what }) => `  ${what}  ${HISTORY[kind]}`)].join("\n");
}
