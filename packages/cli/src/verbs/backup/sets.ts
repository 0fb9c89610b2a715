import { resolve } from "node:path";
import { type BackupStore, safetyName } from "@mcp-ops/backup";
import {
  type BackupSetSettings,
  type BackupSettings,
  backupSection,
  backupSetOf,
  backupStoreOf,
  DUTY_PLANS,
  loadConfig,
  type OpenedSet,
  type Place,
} from "@mcp-ops/sidecar";
import type { Command } from "commander";
import { usageError } from "../../complaint.ts";
import { DEFAULT_CONFIG } from "../sidecar.ts";

/** What every verb of backups has: where its sets are said. */
export interface SetFlags {
  readonly config: string;
  readonly env?: string;
  readonly setPath?: readonly string[];
  readonly folder?: string;
  readonly json?: boolean;
}

/** A set a verb is about, and where its backups lie. */
export interface ChosenSet extends OpenedSet {
  /** Of the set, or of its safety copies: where the backups are looked for. */
  readonly name: string;
  readonly store: BackupStore;
  readonly settings: BackupSetSettings;
  readonly place: Place;
}

/** What the set of `--set-path` is called when nobody says. */
const AD_HOC_NAME = "files";

export function addSetOptions(verb: Command): Command {
  return verb
    .option("--config <file>", "the config of the sidecar, which names the sets", DEFAULT_CONFIG)
    .option("--env <name>", "lay mcp-ops.<name>.yaml over it (default: what MCP_OPS_ENV says)")
    .option("--set-path <path...>", "without a config: the files and folders of the set")
    .option("--folder <folder>", "where the backups lie (default: where the config says)");
}

/** The set of this name, or all there are. */
export async function chosenSets(name: string | undefined, flags: SetFlags): Promise<readonly ChosenSet[]> {
  const { settings, place, said } = settingsOf(name, flags);
  const names = Object.keys(settings.sets);
  if (names.length === 0) {
    throw usageError(`${said} names no sets. Write one under backup.sets, or give --set-path and --folder.`);
  }
  // The safety copies of a set can be looked at, and restored, as itself.
  const asked = names.find((each) => name === each || name === safetyName(each));
  if (name !== undefined && asked === undefined) {
    throw usageError(`${said} has no set ${name}. It has ${names.join(", ")}.`);
  }
  const store = backupStoreOf(settings, place);
  const chosen = Object.entries(settings.sets).filter(([each]) => name === undefined || each === asked);
  return Promise.all(
    chosen.map(async ([each, own]) => ({
      // The lock, the journal and the safety copies of a restore are those of the set itself.
      ...(await backupSetOf(each, own, place)),
      name: name ?? each,
      store,
      settings: own,
      place,
    })),
  );
}

/** The set of this name, or the only one there is. */
export async function chosenSet(name: string | undefined, flags: SetFlags): Promise<ChosenSet> {
  const [first, ...others] = await chosenSets(name, flags);
  if (first !== undefined && others.length === 0) return first;
  throw usageError(`Which set? There are ${[first, ...others].map((each) => each?.name).join(", ")}.`);
}

interface Said {
  readonly settings: BackupSettings;
  readonly place: Place;
  /** Where, for messages. */
  readonly said: string;
}

function settingsOf(name: string | undefined, { setPath, folder, config, env: environment }: SetFlags): Said {
  const { env } = process;
  const elsewhere = folder !== undefined && { folder: resolve(folder) };
  if (setPath === undefined) {
    const loaded = loadConfig({ file: config, environment, env, duties: DUTY_PLANS });
    const settings = { ...(loaded.config.backup as BackupSettings), ...elsewhere };
    return { settings, place: { folder: loaded.folder, env }, said: config };
  }
  if (elsewhere === false) {
    throw usageError("--set-path says what to save; say with --folder where the backups lie, too.");
  }
  const sources = setPath.map((path) => ({ path: resolve(path) }));
  const sets = { [ownerOf(name ?? AD_HOC_NAME)]: { sources } };
  const read = backupSection.safeParse({ ...elsewhere, sets });
  if (!read.success) throw usageError(`This is no set: ${read.error.issues.map(wordsOf).join(" ")}`);
  return { settings: read.data, place: { folder: process.cwd(), env }, said: "--set-path" };
}

/** Of safety copies the set they were made of. */
function ownerOf(name: string): string {
  return name.endsWith(safetyName("")) ? name.slice(0, -safetyName("").length) : name;
}

/** Of a name that cannot be, the reason lies one deeper. */
function wordsOf(issue: {
  readonly message: string;
  readonly issues?: readonly { readonly message: string }[];
}): string {
  return issue.issues === undefined
    ? issue.message
    : `its name ${issue.issues.map(({ message }) => message).join(" and ")}.`;
}
