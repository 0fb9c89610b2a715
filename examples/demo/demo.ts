import { setTimeout as pause } from "node:timers/promises";
import { verifyAudit } from "@mcp-ops/audit";
import { announce, DEFAULT_OPS_PORT, metrics } from "@mcp-ops/kit";
import { ending } from "./ending.ts";
import { countRecords, exchangesOf } from "./figures/audit-trail.ts";
import { tallyOf } from "./figures/compare.ts";
import { type Look, look } from "./figures/look.ts";
import { scrape } from "./figures/scrape.ts";
import { inFlight, settled } from "./figures/settled.ts";
import { demoFolder } from "./folder.ts";
import { hasKeys, onKeys } from "./keys.ts";
import { momentsOf } from "./moments.ts";
import type { DemoOptions } from "./options.ts";
import { startPair } from "./pair/pair.ts";
import { writePair } from "./pair/pair-files.ts";
import { Random } from "./random.ts";
import { displayOn } from "./screen/display.ts";
import { pairSummary } from "./screen/pair.ts";
import { storySummary } from "./screen/sidecar.ts";
import { type AuditCount, auditSummary, sidecarSummary, summary, wrappedSummary } from "./screen/summary.ts";
import { painter } from "./screen/terminal.ts";
import { type DemoAudit, demoAudit } from "./server/audit.ts";
import { demoHealth } from "./server/health.ts";
import { listTools } from "./server/list-tools.ts";
import { demoServer, SERVER_NAME, travelDesk } from "./server/server.ts";
import { startSidecar } from "./sidecar/demo-sidecar.ts";
import { demoTraces } from "./traces.ts";
import { startTraffic } from "./traffic/traffic.ts";
import { startWrapped } from "./wrapped/wrapped-server.ts";

/** Finer than the default ones, because on one machine milliseconds tell calls apart. In seconds. */
const BUCKETS = [
  0.0001, 0.0002, 0.0003, 0.0004, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1,
  0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.5, 1,
];

/** Of the time there is, or as long as a person likes to read. */
function paceOf(forMs = 10_000): number {
  return Math.min(1_500, forMs / 6);
}

/** Runs the demo to its end. Every figure it shows is read from outside, as a Prometheus or an auditor would. Gives whether all agree. */
export async function runDemo(options: DemoOptions, stdout: NodeJS.WriteStream): Promise<boolean> {
  const { port = DEFAULT_OPS_PORT, seed, forMs, keep } = options;
  // First of all, so that whatever was begun is cleaned up.
  using end = ending();
  const measured = metrics({ buckets: BUCKETS });
  await using traces = await demoTraces(options.traces, process.env);
  await using folder = await demoFolder(keep);
  await using audit = demoAudit(folder.audit);
  await using health = demoHealth(() => listTools(travelDesk(new Random(seed))));
  const parts = { metrics: measured, audit: audit.log, health };
  // An ops endpoint that a sidecar finds.
  await using ops = await announce({ ...parts, folder: folder.run, server: SERVER_NAME, listen: { port } });
  await using wrapped = startWrapped(seed, folder.run);
  await using server = await demoServer(seed, parts);
  const { calledOff } = end;
  const paceMs = paceOf(forMs);
  const files = await writePair(folder.path);
  const { arbiterPort } = files;
  const beside = { folder: folder.path, serverUrl: server.url, arbiterPort, paceMs, calledOff };
  await using sidecar = await startSidecar(beside);
  const { url: opsUrl = "" } = ops;
  await using traffic = await startTraffic(server.url, seed);
  // Last, so that its four processes hold up nothing that a person looks at first.
  await using pair = startPair(files, { paceMs, byItself: !hasKeys(process.stdin, stdout), calledOff });
  using _ = onKeys(process.stdin, { k: () => pair.kill() });
  using display = displayOn(stdout);
  const sights = { opsUrl, auditFolder: audit.folder, wrapped, sidecar, pair };
  const momentOf = momentsOf({ opsUrl, forMs, auditFolder: audit.folder, keepsAudit: keep });
  end.after(forMs);
  while (!end.signal.aborted) {
    display.show(momentOf(await look(sights), { traces: traces.words, verdict: undefined }));
    await pause(display.everyMs, undefined, { signal: end.signal }).catch(() => {});
  }
  await Promise.all([traffic.stop(), wrapped.stop()]);
  await settled(() => scrape(`${opsUrl}/metrics`), traffic.tally);
  const [takenOver] = await Promise.all([pair.told(), sidecar.told(traffic.tally)]);
  await Promise.all([traces.finish(), audit.log.close()]);
  const last = await look(sights);
  // Before the sidecar, which has the arbiter: a lease can be given back only to one that is there.
  await pair.stop();
  const [trail, told] = await Promise.all([auditTrail(audit, last), sidecar.stop()]);
  display.finish(momentOf(last, { traces: traces.words, verdict: trail.verdict.verdict }));
  const paint = painter(stdout);
  const summaries = [
    summary(traffic.tally, tallyOf(last.samples), inFlight(last.samples), paint),
    wrappedSummary(wrapped.tally, last.wrapped, paint),
    sidecarSummary(traffic.tally, last.sidecar, paint),
    storySummary(told, paint),
    pairSummary(takenOver, paint),
    auditSummary(trail, paint),
  ];
  stdout.write(`\n${summaries.flatMap(({ lines }) => lines).join("\n")}\n`);
  return summaries.every(({ agrees }) => agrees);
}

/** Verifies the closed log against its head, as one who fetched `/audit/head` and kept it would. */
async function auditTrail({ folder }: DemoAudit, { samples, auditHead }: Look): Promise<AuditCount> {
  const known = auditHead === undefined ? {} : { publicKey: auditHead.publicKey, anchor: auditHead };
  const [verdict, recorded] = await Promise.all([verifyAudit({ folder, ...known }), countRecords(folder)]);
  return { verdict, recorded, exchanges: exchangesOf(samples) };
}
