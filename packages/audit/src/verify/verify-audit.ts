import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { auditServerSlug, parseAuditFileName } from "@mcp-ops/formats";
import { type ChainFile, chainFiles } from "../chain-files.ts";
import { isChainOpen } from "../chain-lock.ts";
import { auditError } from "../errors.ts";
import { ChainCheck } from "./chain-check.ts";
import { linesOf } from "./lines.ts";
import { Signatures } from "./signatures.ts";
import { type Anchor, type AuditVerdict, type ChainVerdict, type Finding, type Tail, weightOf } from "./verdict.ts";

export interface VerifyOptions {
  /** Folder of the log: every chain in it is checked. */
  readonly folder?: string;
  /** Files to check instead, such as those of a backup. */
  readonly files?: readonly string[];
  /** Only this server. */
  readonly server?: string;
  /** Keys that may have signed: PEM or SPKI in base64. Without any, the key that the log itself names is taken, which proves less. */
  readonly publicKey?: string | readonly string[];
  /** Heads that somebody kept elsewhere, as `head()` gave them. */
  readonly anchor?: Anchor | readonly Anchor[];
}

interface Read {
  readonly check: ChainCheck;
  readonly files: readonly string[];
  readonly isOpen: boolean;
}

/** A running server compresses and deletes files while they are read: then the reading begins anew, so often. */
const ATTEMPTS = 5;

/**
 * Reads a log from its beginning and says what was changed, record by record, and how far its end can be trusted. Changes nothing.
 *
 * @throws OpsError `AUDIT_NOTHING_TO_VERIFY` where there are no files; the system's error where one cannot be read.
 */
export async function verifyAudit(options: VerifyOptions): Promise<AuditVerdict> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await verdictOn(options);
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!isGone || options.files !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

async function verdictOn(options: VerifyOptions): Promise<AuditVerdict> {
  const chains = filesByChain(options);
  const anchors = [options.anchor ?? []].flat() as Anchor[];
  const publicKeys = [options.publicKey ?? []].flat() as string[];
  const read: Read[] = [];
  for (const [chain, files] of chains) read.push(await readChain(chain, files, options, publicKeys, anchors));
  const pruned = new Set(
    read.flatMap(({ check }) => check.pruned.map((file) => `${file.chain} ${file.sequence} ${file.hash}`)),
  );
  const findings = read
    .flatMap((one) => [...one.check.findings.list, ...endFindings(one, anchors, pruned)])
    .map((finding) => explained(finding, read));
  for (const { chain, sequence } of anchors) if (!chains.has(chain)) findings.push(wholeChainMissing(chain, sequence));
  return {
    verdict: verdictOf(findings),
    key: publicKeys.length > 0 ? "trusted" : "self-stated",
    chains: read.map((one) => chainVerdict(one)),
    findings,
    findingsLeftOut: read.reduce((sum, { check }) => sum + check.findings.leftOut, 0),
  };
}

async function readChain(
  chain: string,
  files: readonly (ChainFile & { path: string })[],
  { folder }: VerifyOptions,
  publicKeys: readonly string[],
  anchors: readonly Anchor[],
): Promise<Read> {
  const ofChain = anchors.filter((anchor) => anchor.chain === chain);
  const check = new ChainCheck(chain, new Signatures(publicKeys), ofChain);
  // Asked before: a process that ends in order while we read may write its stop record behind our back.
  const isOpen = folder !== undefined && isChainOpen(folder, chain);
  for (const { path, ...file } of files) {
    check.startFile(file);
    for await (const line of linesOf(path)) check.read(line);
  }
  check.findings.finish();
  return { check, files: files.map(({ path }) => path), isOpen };
}

function filesByChain({ folder, files, server }: VerifyOptions): Map<string, (ChainFile & { path: string })[]> {
  const found = files === undefined ? inFolder(folder) : files.map(named).sort((a, b) => (a.file < b.file ? -1 : 1));
  const slug = server === undefined ? undefined : `${auditServerSlug(server)}.`;
  const chains = new Map<string, (ChainFile & { path: string })[]>();
  for (const file of found) {
    if (slug === undefined || file.chain.startsWith(slug))
      chains.set(file.chain, [...(chains.get(file.chain) ?? []), file]);
  }
  if (chains.size > 0) return chains;
  throw auditError(
    "AUDIT_NOTHING_TO_VERIFY",
    `There are no audit files ${folder === undefined ? "given" : `in ${folder}`}. Give the folder of the log, or its files under their own names.`,
  );
}

function inFolder(folder: string | undefined): (ChainFile & { path: string })[] {
  if (folder === undefined || !existsSync(folder)) return [];
  return chainFiles(folder).map((file) => ({ ...file, path: join(folder, file.file) }));
}

function named(path: string): ChainFile & { path: string } {
  const name = parseAuditFileName(basename(path));
  if (name !== undefined) return { ...name, file: basename(path), path };
  throw auditError(
    "AUDIT_NOTHING_TO_VERIFY",
    `${path} has not the name of an audit file. Files are checked under the names they were written with.`,
  );
}

/** What only shows once a chain has been read to its end. */
function endFindings({ check, isOpen }: Read, anchors: readonly Anchor[], pruned: ReadonlySet<string>): Finding[] {
  const { chain, begins, last } = check;
  const found: Finding[] = [];
  const add = (kind: Finding["kind"], sequence: number, message: string) =>
    found.push({ kind, weight: weightOf(kind), chain, sequence, file: undefined, line: undefined, message });
  if (begins !== undefined && !pruned.has(`${chain} ${begins.sequence - 1} ${begins.prev}`)) {
    add(
      "beginning-missing",
      begins.sequence,
      `The log begins with record ${begins.sequence}, and no record of retention tells of those before.`,
    );
  }
  for (const { sequence, chain: anchored } of anchors) {
    if (anchored !== chain || sequence <= last.sequence) continue;
    add(
      "cut",
      last.sequence,
      `The log ends with record ${last.sequence}, but the anchor knows record ${sequence}: its end was cut.`,
    );
  }
  if (!isOpen && endOf(check, isOpen) === "unclean") {
    add(
      "unclean-end",
      last.sequence,
      `The log ends with record ${last.sequence} without a stop record: the process was killed, or the end was cut.`,
    );
  }
  return found;
}

function wholeChainMissing(chain: string, sequence: number): Finding {
  const message = `The anchor knows record ${sequence} of the chain ${chain}, and nothing of this chain is there.`;
  return { kind: "cut", weight: "broken", chain, sequence: 0, file: undefined, line: undefined, message };
}

/** A gap that an anchor taken later covers was there when the anchor was taken: its keeper has been told. */
function explained(finding: Finding, read: readonly Read[]): Finding {
  if (finding.kind !== "gap") return finding;
  const anchored = read.find(({ check }) => check.chain === finding.chain)?.check.anchored ?? [];
  return anchored.some((sequence) => sequence >= finding.sequence) ? { ...finding, weight: "note" } : finding;
}

function verdictOf(findings: readonly Finding[]): AuditVerdict["verdict"] {
  if (findings.some(({ weight }) => weight === "broken")) return "broken";
  return findings.some(({ weight }) => weight === "alarm") ? "alarm" : "intact";
}

function chainVerdict({ check, files, isOpen }: Read): ChainVerdict {
  return {
    chain: check.chain,
    server: check.server,
    files: files.length,
    records: check.records,
    firstSequence: check.firstSequence,
    lastSequence: check.last.sequence,
    lastHash: check.last.hash,
    end: endOf(check, isOpen),
    tail: tailOf(check),
  };
}

function endOf({ last, tornBytes }: ChainCheck, isOpen: boolean): ChainVerdict["end"] {
  if (isOpen) return "open";
  return last.event === "audit.stop" && tornBytes === 0 ? "clean" : "unclean";
}

function tailOf({ last, anchored, signedThrough }: ChainCheck): Tail {
  const through = Math.max(signedThrough, ...anchored);
  if (anchored.includes(last.sequence)) {
    return { proven: true, through, message: `The anchor is of record ${last.sequence}, the last: nothing was cut.` };
  }
  const since = through + 1;
  return {
    proven: false,
    through,
    message: `Tail unproven since sequence ${since}: no anchor says whether the log once had ${since > last.sequence ? "more records" : "other records from there on, or more"}.`,
  };
}
