import { type BackupTarget, listBackups, offeredBackup, sendBackup } from "@mcp-ops/backup";
import { openOffsite } from "./offsite.ts";
import type { OffsiteSettings } from "./offsite-settings.ts";
import { backupSetOf } from "./open-set.ts";
import { outgoing } from "./outgoing.ts";
import type { Kept } from "./run.ts";

/** Each is asked for its signer after every run; who restores asks again, whichever it is. */
const MAX_STRANGERS_LOOKED_AT = 20;

/**
 * Copies to the bucket what is new. One that may not leave holds up none after it: it was made before the set was encrypted and signed.
 * @throws what stopped it; or, when all has been sent that can be, what somebody should look at
 */
export async function send(kept: Kept, offsite: OffsiteSettings, signal: AbortSignal): Promise<void> {
  const { name, store, place } = kept;
  using target = await openOffsite(`backup.sets.${name}.offsite`, offsite, place);
  const there: string[] = [];
  for await (const { id } of target.list(name)) there.push(id);
  const { lines } = await store.chain(name);
  const known = new Set(lines.flatMap((line) => (line.event === "made" ? [line.id] : [])));
  const { ids, strangers, future } = outgoing(await listBackups(store, name), known, there, Date.now());
  let refusal: unknown;
  for (const id of ids) {
    const options = { allowPlaintext: offsite.allowPlaintext, signal };
    // Of one that a newer copy follows nobody needs to hear: from the next run on it is not asked for.
    refusal = await sendBackup(store, target, { set: name, id }, options).then(() => undefined, refusalIn);
  }
  if (refusal !== undefined) throw refusal;
  const foreign = await notOurs(kept, target, strangers.slice(-MAX_STRANGERS_LOOKED_AT), signal);
  if (future.length + foreign.length > 0) throw new Error(lookAt(name, target.name, future, foreign));
}

/** The same whenever it is tried; anything else may be over the next time. */
function refusalIn(error: { readonly code?: unknown }): unknown {
  if (error.code === "BACKUP_PLAINTEXT_REFUSED" || error.code === "BACKUP_MANIFEST_INVALID") return error;
  throw error;
}

/** Those that no key of the set has signed. A machine that was set up anew finds its own from before, which are. */
async function notOurs(
  { name, settings, store, place }: Kept,
  target: BackupTarget,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { set } = await backupSetOf(name, settings, place);
  const foreign: string[] = [];
  for (const id of ids) {
    signal.throwIfAborted();
    const { isTrusted } = await offeredBackup(store, set, target, { set: name, id });
    if (!isTrusted) foreign.push(id);
  }
  return foreign;
}

function lookAt(name: string, bucket: string, future: readonly string[], foreign: readonly string[]): string {
  const said = [
    ...some(future).map((ids) => `${ids}, from a time that has not come`),
    ...some(foreign).map((ids) => `${ids}, which no key of the set has signed`),
  ];
  return `In ${bucket} lies of the set ${name}: ${said.join("; ")}. All of this machine's own was sent, and nothing of that is restored unless a trusted key signed it. See who else may write there, and remove what is not yours.`;
}

function some(ids: readonly string[]): readonly string[] {
  const more = ids.length > 3 ? ` and ${ids.length - 3} more` : "";
  return ids.length === 0 ? [] : [`${ids.slice(0, 3).join(", ")}${more}`];
}
