import type { Told } from "../sidecar/demo-sidecar.ts";
import type { Step } from "../sidecar/story.ts";
import type { Moment } from "./frame.ts";
import { moneyLines } from "./money.ts";
import type { Summary } from "./summary.ts";
import { fit, type Paint } from "./words.ts";

const LABEL = "backup   ";
const INDENT = " ".repeat(LABEL.length);

/** Where the sidecar is, what it shows, and the story of its backups: all of it, or the last step. */
export function sidecarLines(
  { sidecar }: Pick<Moment, "sidecar">,
  columns: number,
  isRoomy: boolean,
  paint: Paint,
): string[] {
  const { said } = sidecar;
  const where = (isRoomy ? whereabouts(sidecar) : [whereaboutsInShort(sidecar)]).map((line) => fit(line, columns));
  const told = isRoomy ? said : said.slice(-1).map(({ details: _, ...step }) => step);
  const ledger = isRoomy ? moneyLines(sidecar).map((line) => fit(line, columns)) : [];
  return [...where, ...ledger, ...(told.length === 0 ? [`${LABEL}none yet`] : storyLines(told, columns, paint))];
}

/** Where to look, for a log. */
export function sidecarHead({ sidecar: { addresses, config } }: Pick<Moment, "sidecar">): readonly string[] {
  if (addresses === undefined) return ["sidecar  not listening"];
  return [`sidecar  ${addresses.probes}/metrics`, `admin    ${addresses.admin}/api/v1/status`, `config   ${config}`];
}

/** One step of the story a line, with its details below. */
export function storyLines(
  said: readonly Step[],
  columns: number,
  paint: Paint,
  label: string = LABEL,
): readonly string[] {
  const width = columns - label.length;
  const lines = said.flatMap(({ text, details = [], style }) => {
    const head = fit(text, width);
    return [style === undefined ? head : paint(style, head), ...details.map((detail) => fit(`  ${detail}`, width))];
  });
  return lines.map((line, index) => `${index === 0 ? label : INDENT}${line}`);
}

/** Whether the broken config was put back. */
export function storySummary(told: Told, paint: Paint): Summary {
  if (told.how === "called off") {
    return { agrees: true, lines: ["not shown: the demo was ended before a broken config was put back."] };
  }
  if (told.how === "failed") return { agrees: false, lines: [`${paint("red", "failed")}: the sidecar: ${told.why}`] };
  const sentence = "the client's config is byte for byte what it was, by the command that the alarm named:";
  return { agrees: true, lines: [`${paint("green", "restored")}: ${sentence}`, `  ${told.command}`] };
}

function whereabouts({ addresses, servers, config }: Moment["sidecar"]): readonly string[] {
  if (addresses === undefined) return ["sidecar  not listening"];
  return [
    `sidecar  ${addresses.probes}/metrics   ${servers.join(", ") || "no servers yet"}`,
    `${INDENT}${addresses.admin}/api/v1/status   config ${config}`,
  ];
}

function whereaboutsInShort({ addresses, servers }: Moment["sidecar"]): string {
  if (addresses === undefined) return "sidecar  not listening";
  return `sidecar  ${addresses.probes}/metrics   ${servers.length} servers   admin at :${new URL(addresses.admin).port}`;
}
