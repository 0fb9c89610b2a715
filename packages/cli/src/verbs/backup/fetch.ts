import { type BackupTarget, FUTURE_TOLERANCE_MS, fetchBackup, offeredBackup, timeOfId } from "@mcp-ops/backup";
import { OpsError } from "@mcp-ops/formats";
import { restoreCommand } from "@mcp-ops/sidecar";
import { calledOff } from "../../called-off.ts";
import { usageError } from "../../complaint.ts";
import { addExamples } from "../../help.ts";
import { progressBar } from "../../progress-bar.ts";
import type { Verb } from "../../verb.ts";
import { bucketOf, idsIn } from "./bucket.ts";
import { addSetOptions, type ChosenSet, chosenSet, type SetFlags } from "./sets.ts";
import { LATEST_GOOD, setAndBackups, whereFlags } from "./which.ts";

export const addFetch: Verb = (group, terminal) => {
  const verb = group
    .command("fetch")
    .description(
      "Copy a backup from the set's bucket to this machine. A key that the config names must have signed it.",
    )
    .argument("[set]", "its name; may be left out when there is only one")
    .argument("[backup]", `its id, or ${LATEST_GOOD} (default): the newest that may be fetched`)
    .action(async (set: string | undefined, backup: string | undefined, flags: SetFlags) => {
      const { name, backups } = setAndBackups(set, backup);
      if (backups.length > 1) throw usageError("One backup can be fetched at a time, not two.");
      const chosen = await chosenSet(name, flags);
      using bucket = await bucketOf(chosen);
      using stop = calledOff();
      const [asked = LATEST_GOOD] = backups;
      const ref = { set: chosen.name, id: asked === LATEST_GOOD ? await newestIn(bucket, chosen) : asked };
      using bar = progressBar(chosen.name, terminal, flags.json);
      const options = { onProgress: bar.onProgress, signal: stop.signal };
      const done = await fetchBackup(chosen.store, chosen.set, bucket, ref, options);
      bar[Symbol.dispose]();
      const restore = restoreCommand(ref, whereFlags(flags));
      if (flags.json === true) terminal.out(JSON.stringify({ set: ref.set, backup: ref.id, done, restore }));
      else terminal.out(`${fetchedText(`${ref.set}/${ref.id}`, done)} To put it back:\n  ${restore}`);
    });
  addExamples(
    addSetOptions(verb),
    [
      ["mcp-ops backup list desktop --offsite", "what is in the bucket?"],
      ["mcp-ops backup fetch desktop", "on a new machine, with the config and the keys of the old one"],
    ],
    "Then restore, verify, diff and drill find it as if it had been made here. An encrypted one needs --identity there.",
  );
};

/** The newest complete one that is trusted, and not from a time that has not come. */
async function newestIn(bucket: BackupTarget, { name, set, store }: ChosenSet): Promise<string> {
  let refusal = "It is empty.";
  for (const id of (await idsIn(bucket, name)).toReversed()) {
    if (timeOfId(id) > Date.now() + FUTURE_TOLERANCE_MS) continue;
    const {
      isTrusted,
      manifest,
      reason = "It is partial.",
    } = await offeredBackup(store, set, bucket, { set: name, id });
    if (isTrusted && manifest?.result === "complete") return id;
    if (refusal === "It is empty.") refusal = reason;
  }
  throw new OpsError(
    "BACKUP_NOT_FOUND",
    `No backup of the set ${name} can be fetched from ${bucket.name}. ${refusal} mcp-ops backup list ${name} --offsite shows what is there.`,
  );
}

function fetchedText(what: string, done: "fetched" | "there"): string {
  return done === "fetched" ? `Fetched, and read whole: ${what}.` : `${what} is here already.`;
}
