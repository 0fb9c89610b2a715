import { existsSync } from "node:fs";
import { readFile, realpath, rm } from "node:fs/promises";
import { decode } from "./config-text.ts";
import { replaceFile, writeBeside } from "./replace-file.ts";
import { unwrapText } from "./unwrap-text.ts";
import { type ChangedText, type Launcher, type ServerChange, wrapText } from "./wrap-text.ts";

/** A config of a client, changed or as it would be. */
export interface FleetChange {
  /** The file itself, where a link was given. */
  readonly file: string;
  readonly text: string;
  readonly servers: readonly ServerChange[];
  readonly written: boolean;
  /** Where the bytes before the change are, while there are any. */
  readonly backup: string | undefined;
}

export interface WrapFleetOptions {
  readonly config: string;
  readonly launcher: Launcher;
  /** Options that `mcp-ops wrap` gets for each server. */
  readonly options?: readonly string[];
  /** Install it. Without, nothing is changed. */
  readonly write: boolean;
}

/**
 * Wraps each stdio server of a client's config. With `write` the file is replaced in one step, and what it held unwrapped lies
 * beside it. Wrapping twice wraps once.
 *
 * @throws OpsError `PROXY_CONFIG_INVALID` for a file that cannot be read as a config, `PROXY_CONFIG_CHANGED` for one that
 * somebody else writes at this moment.
 */
export async function wrapFleet({ config, launcher, options = [], write }: WrapFleetOptions): Promise<FleetChange> {
  const { file, backup, bytes, text } = await read(config);
  const changed = wrapText(file, text, launcher, options);
  if (!write || changed.text === text) return change(file, changed, false);
  const before = await unwrapped(file, text, backup);
  await writeBeside(backup, file, Buffer.from(before.text));
  await replaceFile(file, bytes, Buffer.from(changed.text));
  return change(file, changed, true, backup);
}

/** Undoes `wrapFleet`: gives the very bytes back where nothing else was changed since, else unwraps each server in place. */
export async function unwrapFleet({ config, write }: Pick<WrapFleetOptions, "config" | "write">): Promise<FleetChange> {
  const { file, backup, bytes, text } = await read(config);
  const { restored, ...changed } = await unwrapped(file, text, backup);
  if (!write || changed.text === text) return change(file, changed, false);
  await replaceFile(file, bytes, Buffer.from(changed.text));
  if (restored) await rm(backup, { force: true });
  return change(file, changed, true, existsSync(backup) ? backup : undefined);
}

async function read(config: string) {
  const file = await realpath(config);
  const bytes = await readFile(file);
  return { file, bytes, text: decode(file, bytes), backup: `${file}.mcp-ops-backup` };
}

function change(file: string, { text, servers }: ChangedText, written: boolean, backup?: string): FleetChange {
  return { file, text, servers, written, backup };
}

/** Which launcher and options a server was wrapped with does not matter to what it was before. */
const ANY: Launcher = { command: "mcp-ops", args: [] };

/** The backup is what the file was before when wrapping and unwrapping it leads where unwrapping the file leads. */
async function unwrapped(
  file: string,
  text: string,
  backup: string,
): Promise<ChangedText & { readonly restored: boolean }> {
  const inPlace = unwrapText(file, text);
  if (inPlace.text === text || !existsSync(backup)) return { ...inPlace, restored: false };
  try {
    const kept = decode(backup, await readFile(backup));
    const again = unwrapText(backup, wrapText(backup, kept, ANY, []).text);
    if (again.text === inPlace.text) return { ...inPlace, text: kept, restored: true };
  } catch {
    // A backup that cannot be read any more restores nothing.
  }
  return { ...inPlace, restored: false };
}
