import type { AuditVerdict } from "@mcp-ops/audit";

const MEANINGS: Readonly<Record<AuditVerdict["verdict"], string>> = {
  intact: "INTACT: nothing was changed.",
  alarm: "ALARM: nothing shows that it was changed, but it ended in disorder.",
  broken: "BROKEN: somebody changed this log.",
};

const SELF_STATED =
  "Signatures were checked against the key that the log itself names. Give --key, kept elsewhere, to rule out that all of it was written anew.";

/** A verdict for people: the word first, then the chains, then each finding. */
export function verdictText({ verdict, key, chains, findings }: AuditVerdict): string {
  const lines = [MEANINGS[verdict]];
  for (const { chain, files, firstSequence, lastSequence, end, tail } of chains) {
    lines.push(
      "",
      `${chain}: records ${firstSequence} to ${lastSequence} in ${files} ${files === 1 ? "file" : "files"}, ${ENDS[end]}`,
    );
    lines.push(`  ${tail.message}`);
  }
  if (findings.length > 0) lines.push("");
  for (const { weight, chain, kind, file, line, message } of findings) {
    const place = file === undefined ? chain : `${file}${line === undefined ? "" : `, line ${line}`}`;
    lines.push(`${weight} (${kind}) ${place}: ${message}`);
  }
  if (key === "self-stated") lines.push("", SELF_STATED);
  return lines.join("\n");
}

const ENDS = {
  clean: "ended in order",
  unclean: "ended without a stop record",
  open: "being written now",
} as const;
