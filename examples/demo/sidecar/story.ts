import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { basename, delimiter } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { METRIC } from "@mcp-ops/formats";
import { demoEnvironment } from "../processes.ts";
import type { Style } from "../screen/words.ts";
import { SET, type SidecarFiles, wipeServers } from "./files.ts";
import type { Pages } from "./pages.ts";
import type { SidecarProcess } from "./sidecar-process.ts";
import { until } from "./until.ts";

/** A step of the story: what has just happened, and what shows it. */
export interface Step {
  readonly text: string;
  readonly details?: readonly string[];
  /** None for what is neither good nor bad. */
  readonly style?: Style;
}

export interface Story {
  readonly sidecar: SidecarProcess;
  readonly pages: Pages;
  readonly files: SidecarFiles;
  readonly say: (step: Step) => void;
  /** Between the steps, so that a person can follow. */
  readonly paceMs: number;
  readonly signal: AbortSignal;
}

/** Where npm installs commands; `npm start` has it in its PATH. */
const COMMANDS = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));
/** Behind the colon stands the command, to the end of the line. */
const COMMAND_IN_LOG = /: (mcp-ops backup restore .+)$/;

/** A client's config is saved, broken and put back, and the sidecar is asked after each step. Gives the command that put it back. */
export async function tellStory(story: Story): Promise<string> {
  const { files, say, paceMs, signal } = story;
  const rest = () => pause(paceMs, undefined, { signal });
  const name = basename(files.clientConfig);
  const good = await readFile(files.clientConfig);
  await saved(story);
  await rest();
  await wipeServers(files);
  say({ text: `broken on purpose: ${name} has no servers any more` });
  const command = await alarmed(story);
  await rest();
  await typed(command);
  const now = await readFile(files.clientConfig);
  if (!now.equals(good)) throw new Error(`${files.clientConfig} is not what it was, after: ${command}`);
  await calm(story);
  say({ text: `restored by it: ${name} is byte for byte what it was, and the alarm has ended`, style: "green" });
  return command;
}

async function saved({ pages, say, signal }: Story): Promise<void> {
  const id = await until("the first backup", signal, async () => (await pages.set()).lastComplete);
  say({ text: `saved: ${id} holds client.json and bookings.db, and was read again` });
}

/** The alarm is the same wherever it is looked for. Gives the command it names. */
async function alarmed({ sidecar, pages, files, say, signal }: Story): Promise<string> {
  const line = await until("the alarm in the log", signal, () =>
    sidecar.log.find((message) => COMMAND_IN_LOG.test(message)),
  );
  const [, command = ""] = COMMAND_IN_LOG.exec(line) ?? [];
  const { restore, alarms } = await pages.set();
  if (restore !== command) throw new Error(`the log names "${command}", and the admin API "${restore}"`);
  const kind = await until("the alarm in /metrics", signal, () => alarmIn(pages));
  await until("the alarm at /health", signal, () => healthIs(pages, "down"));
  const what = alarms[0]?.message.replace(files.clientConfig, basename(files.clientConfig)).split(". ")[0];
  const details = [
    `/metrics     ${METRIC.backupConfigAlarms}{set="${SET}",kind="${kind}"} 1`,
    "/health      backup down",
    `log, /api    ${command}`,
  ];
  say({ text: `alarm: ${what}`, details, style: "red" });
  return command;
}

/** Which kind of alarm the page shows. */
async function alarmIn(pages: Pages): Promise<string | undefined> {
  const alarms = (await pages.metrics()).filter(({ name }) => name === METRIC.backupConfigAlarms);
  return alarms.find(({ labels, value }) => labels.set === SET && value === 1)?.labels.kind;
}

async function healthIs(pages: Pages, status: "up" | "down"): Promise<true | undefined> {
  const { dependencies } = await pages.health();
  return dependencies.some((one) => one.name === "backup" && one.status === status) ? true : undefined;
}

/** The command as it stands there, by a shell, as a person has it done. */
async function typed(command: string): Promise<void> {
  const env = demoEnvironment({ PATH: `${COMMANDS}${delimiter}${process.env.PATH ?? ""}` });
  const child = spawn(command, { shell: true, env, stdio: ["ignore", "ignore", "pipe"], detached: true });
  const [complaint, [code, signal]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(`"${command}" ended by ${signal ?? `exit code ${code}`}: ${complaint.trim()}`);
}

async function calm({ sidecar, pages, files, signal }: Story): Promise<void> {
  const end = `${files.clientConfig} is as it should be again.`;
  await until("the end of the alarm in the log", signal, () => sidecar.log.find((message) => message === end));
  await until("the end of the alarm in /metrics", signal, async () =>
    (await alarmIn(pages)) === undefined ? true : undefined,
  );
  await until("the end of the alarm at /health", signal, () => healthIs(pages, "up"));
  const { alarms, restore } = await pages.set();
  if (alarms.length > 0 || restore !== undefined) throw new Error("the admin API still shows the alarm");
}
