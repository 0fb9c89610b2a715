import { once } from "node:events";
import { type ConfigAlarm, lastGoodBackup, openConfigWatch } from "@mcp-ops/backup";
import { restoreCommand } from "@mcp-ops/sidecar";
import { calledOff } from "../../called-off.ts";
import { addExamples } from "../../help.ts";
import { printable } from "../../printable.ts";
import { sizeText } from "../../size-text.ts";
import type { Terminal, Verb } from "../../verb.ts";
import { ChangeBackups } from "./change-backups.ts";
import { type CreateOutcome, problemsText } from "./create.ts";
import { addSetOptions, type ChosenSet, chosenSets, type SetFlags } from "./sets.ts";
import { whereFlags } from "./which.ts";

export const addWatch: Verb = (group, terminal) => {
  const verb = group
    .command("watch")
    .description("Watch the configs of a set: save it when one changes, and say when one is broken or lost a server.")
    .argument("[set]", "its name (default: every set)")
    .action(async (name: string | undefined, flags: SetFlags) => {
      using stop = calledOff();
      const sets = await chosenSets(name, flags);
      const watched = await Promise.all(sets.map((chosen) => watchSet(chosen, flags, terminal)));
      if (!stop.signal.aborted) await once(stop.signal, "abort");
      for (const each of watched) await each[Symbol.asyncDispose]();
    });
  addExamples(
    addSetOptions(verb),
    [["mcp-ops backup watch desktop", "until Ctrl-C; mcp-ops sidecar does the same by itself, and more"]],
    "It saves at the start, too, and never while an alarm stands: so the last backup is the one to go back to, and each alarm\n" +
      "says the command for it. What was changed on purpose is taken for right at the next start.",
  );
};

async function watchSet(chosen: ChosenSet, flags: SetFlags, terminal: Terminal): Promise<AsyncDisposable> {
  const say = sayer(flags, terminal);
  const backups = new ChangeBackups(chosen, (outcome) => say.saved(outcome));
  say.watching(chosen);
  const watch = await openConfigWatch({
    configs: chosen.watched,
    quietMs: chosen.settings.watch.quietMs,
    onChange: () => backups.ask(watch),
    onAlarm: (begun, ended) => {
      for (const alarm of begun) void say.alarm(chosen, alarm);
      for (const alarm of ended) say.ended(chosen, alarm);
    },
  });
  backups.ask(watch);
  return {
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await backups[Symbol.asyncDispose]();
    },
  };
}

interface Sayer {
  watching(chosen: ChosenSet): void;
  saved(outcome: CreateOutcome): void;
  alarm(chosen: ChosenSet, alarm: ConfigAlarm): Promise<void>;
  ended(chosen: ChosenSet, alarm: ConfigAlarm): void;
}

function sayer(flags: SetFlags, terminal: Terminal): Sayer {
  const say = (event: string, facts: object, text: string) =>
    terminal.out(flags.json === true ? JSON.stringify({ event, ...facts }) : text);
  return {
    watching({ name, watched }) {
      const paths = watched.map(({ path }) => path);
      say("watching", { set: name, paths }, `${name}: watching ${paths.map(printable).join(", ") || "nothing"}`);
    },
    saved: (outcome) => say("saved", outcome, savedText(outcome)),
    async alarm(chosen, { kind, path, servers, message }) {
      const restore = await commandFor(chosen, flags);
      const facts = { set: chosen.name, kind, path, servers, message, restore: restore ?? null };
      const way =
        restore === undefined ? "There is no good backup of it yet." : `To put the last good one back:\n  ${restore}`;
      say("alarm", facts, `${chosen.name}: ALARM: ${printable(message)}\n${way}`);
    },
    ended: ({ name: set }, { kind, path }) =>
      say("alarm-ended", { set, kind, path }, `${set}: ${printable(path)} is as it should be again.`),
  };
}

function savedText(outcome: CreateOutcome): string {
  const { set, result, backup, archiveBytes } = outcome;
  const what = backup === undefined ? "no new backup" : `${backup}, ${sizeText(archiveBytes)}`;
  return [`${set}: ${result}: ${what}`, ...problemsText(outcome)].join("\n");
}

/** By its id, since a newer backup, of the broken config, may be made by somebody else before this is typed. */
async function commandFor({ name, store }: ChosenSet, flags: SetFlags): Promise<string | undefined> {
  const good = await lastGoodBackup(store, name).catch(() => undefined);
  return good && restoreCommand(good, whereFlags(flags));
}
