import { type Journal, type JournalOptions, journal } from "@mcp-ops/journal";
import { alikeAsWritten } from "../alike.ts";
import { thisBoot } from "../runtime/boot.ts";
import { addJournal, processFolder, processJournals, sharedJournal } from "./process-parts.ts";

/** Options of the journal. Without a `folder`, the one that `announce()` is given. */
export type WatchJournalOptions = Omit<JournalOptions, "boot" | "folder" | "now" | "limits"> & {
  /** The runtime folder. */
  readonly folder?: string | undefined;
};

const open: { readonly options: WatchJournalOptions; readonly journal: Journal }[] = [];

/** The journal for the option of `watch`: on by default, one for the whole process, and the same one for the same options. */
export function journalFrom(option: false | WatchJournalOptions | Journal | undefined): Journal | undefined {
  if (option === false) return undefined;
  if (option === undefined) return sharedJournal(() => opened({}));
  if (!("observer" in option)) return opened(option);
  closeAtExit();
  addJournal(option);
  return option;
}

let closesAtExit = false;

/** An end by `exit` loses nothing, whoever has made the journal; one that is closed already stays so. */
function closeAtExit(): void {
  if (closesAtExit) return;
  closesAtExit = true;
  process.once("exit", closeJournals);
}

function opened(options: WatchJournalOptions): Journal {
  const known = open.find((candidate) => alikeAsWritten(candidate.options, options));
  if (known !== undefined) return known.journal;
  const made = journal({ ...options, boot: thisBoot(), folder: options.folder ?? processFolder });
  closeAtExit();
  open.push({ options: { ...options }, journal: made });
  addJournal(made);
  return made;
}

/** Writes what the journals of this process have counted, at once: for its last moment. */
export function closeJournals(): void {
  for (const one of processJournals()) one.closeNow();
}
