import type { AuditHead, HealthSummary } from "@mcp-ops/formats";
import type { Pair, PairLook } from "../pair/pair.ts";
import type { DemoSidecar, SidecarLook } from "../sidecar/demo-sidecar.ts";
import type { WrappedLook, WrappedServer } from "../wrapped/wrapped-server.ts";
import { lastRecords, type Recorded } from "./audit-trail.ts";
import type { Sample } from "./exposition.ts";
import { scrape } from "./scrape.ts";

/** What there is to read from outside at one moment: the pages of the ops endpoint, the files of the audit log, the socket of the wrapped server, and the pages of the sidecar. */
export interface Look {
  readonly samples: readonly Sample[];
  readonly health: HealthSummary;
  /** Undefined before the first record. */
  readonly auditHead: AuditHead | undefined;
  readonly lastRecords: readonly Recorded[];
  readonly wrapped: WrappedLook;
  readonly sidecar: SidecarLook;
  readonly pair: PairLook;
}

const RECORDS = 2;

/** Where to look. */
export interface Sights {
  readonly opsUrl: string;
  readonly auditFolder: string;
  readonly wrapped: WrappedServer;
  readonly sidecar: DemoSidecar;
  readonly pair: Pair;
}

export async function look({ opsUrl, auditFolder, wrapped, sidecar, pair }: Sights): Promise<Look> {
  const [samples, health, auditHead, records, ofWrapped, ofSidecar] = await Promise.all([
    scrape(`${opsUrl}/metrics`),
    fetch(`${opsUrl}/health`).then((response) => response.json() as Promise<HealthSummary>),
    fetch(`${opsUrl}/audit/head`).then((response) =>
      response.ok ? (response.json() as Promise<AuditHead>) : undefined,
    ),
    lastRecords(auditFolder, RECORDS),
    wrapped.look(),
    sidecar.look(),
  ]);
  return {
    samples,
    health,
    auditHead,
    lastRecords: records,
    wrapped: ofWrapped,
    sidecar: ofSidecar,
    pair: pair.look(),
  };
}
