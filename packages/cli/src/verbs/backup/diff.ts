import { type Difference, diffBackups, diffDisk, type Side } from "@mcp-ops/backup";
import { usageError } from "../../complaint.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { sizeText } from "../../size-text.ts";
import type { Verb } from "../../verb.ts";
import { addIdentityOption, type IdentityFlags, identitiesOf } from "./identities.ts";
import { addSetOptions, chosenSet, type SetFlags } from "./sets.ts";
import { backupNamed, DISK, LATEST_GOOD, setAndBackups } from "./which.ts";

type Flags = SetFlags & IdentityFlags;

export const addDiff: Verb = (group, terminal) => {
  const verb = group
    .command("diff")
    .description(
      "Show what changed between two backups, or since one: paths, sizes, checksums, JSON keys. Never a value.",
    )
    .argument("[set]", "its name; may be left out when there is only one")
    .argument("[before]", `a backup's id, or ${LATEST_GOOD} (default)`)
    .argument("[after]", `a backup's id, or ${DISK} (default)`)
    .action(async (...[set, a, b, flags]: [string?, string?, string?, Flags?]) => {
      const given = flags as Flags;
      const { name, backups } = setAndBackups(set, a, b);
      if (backups.length > 2) throw usageError("Two backups can be compared, not three.");
      const chosen = await chosenSet(name, given);
      const before = await backupNamed(chosen, backups[0]);
      const after = backups[1] === undefined || backups[1] === DISK ? undefined : await backupNamed(chosen, backups[1]);
      const options = { identities: identitiesOf(given) };
      const differences =
        after === undefined
          ? await diffDisk(chosen.store, chosen.restorable, before, options)
          : await diffBackups(chosen.store, before, after, options);
      const sides = { set: chosen.name, before: before.id, after: after?.id ?? DISK };
      terminal.out(given.json === true ? JSON.stringify({ ...sides, differences }) : diffText(sides, differences));
    });
  addExamples(addIdentityOption(addSetOptions(verb)), [
    ["mcp-ops backup diff desktop", "what changed on disk since the last good backup"],
    ["mcp-ops backup diff desktop 20261121T061904123Z-0a1b2c latest-good", "between two backups"],
  ]);
};

interface Sides {
  readonly set: string;
  readonly before: string;
  readonly after: string;
}

function diffText({ set, before, after }: Sides, differences: readonly Difference[]): string {
  const sides = `${set}: ${before} → ${after}`;
  if (differences.length === 0) return `${sides}: nothing changed.`;
  return [sides, ...differences.flatMap(linesOf)].map(printable).join("\n");
}

function linesOf({ path, change, before, after, keys }: Difference): readonly string[] {
  const head = `${change.padEnd(7)}  ${path}`;
  const sides = [before, after].flatMap((side) => (side === undefined ? [] : [sideText(side)]));
  const list = (mark: string, names: readonly string[] = []) => names.map((name) => `           ${mark} ${name}`);
  return [
    head,
    `         ${sides.join(" → ")}`,
    ...list("-", keys?.removed),
    ...list("+", keys?.added),
    ...list("~", keys?.changed),
  ];
}

/** `1.2 kB 0600 sha256 0a1b2c3d4e5f` */
function sideText({ type, status, size, mode, sha256 }: Side): string {
  const what = type === "file" ? sizeText(size) : type;
  const words = [what, (mode & 0o7777).toString(8).padStart(4, "0")];
  if (sha256 !== undefined) words.push(`sha256 ${sha256.slice(0, 12)}`);
  return status === "ok" ? words.join(" ") : `${words.join(" ")} (${status})`;
}
