import type { Exchange } from "@mcp-ops/exchange";
import { COST_FILE, type CostDocument, MAX_COST_DAYS, SLO_FILE, type SloDocument } from "@mcp-ops/formats";
import type { Journal } from "../journal.ts";
import { daySummary, daysSummary, type View } from "./cost-report.ts";
import { ownFigures } from "./own-figures.ts";
import { SidecarFile } from "./sidecar-file.ts";
import { sloReport } from "./slo-report.ts";

export interface ReportOptions {
  /** Principals (`authInfo.clientId`) that may see what each principal and session cost. Default: none. */
  readonly detailsFor?: readonly string[] | undefined;
  /** `all` shows what every server of the machine costs. Default: `own`. */
  readonly servers?: "own" | "all" | undefined;
  /** `everyone` offers the resources to clients over HTTP that nobody has authenticated, too. Default: `known`. */
  readonly offeredTo?: "known" | "everyone" | undefined;
}

/** What a client may read of cost and objectives: as the shelf of `health` takes it. */
export interface ReportResources {
  readonly resources: readonly ReportResource[];
  readonly templates: readonly ReportTemplate[];
  /** Whether this asker may read them. */
  readonly offers: (exchange: Exchange) => boolean;
}

interface Described {
  readonly name: string;
  readonly description: string;
  readonly mimeType: string;
}

export interface ReportResource extends Described {
  readonly uri: string;
  read(exchange: Exchange): Promise<string>;
}

export interface ReportTemplate extends Described {
  readonly uriTemplate: string;
  read(exchange: Exchange, variables: Readonly<Record<string, string>>): Promise<string> | { readonly invalid: string };
}

export const DAILY_SUMMARY_URI = "cost://daily-summary";
export const SUMMARY_TEMPLATE = "cost://summary{?days}";
export const SLO_REPORT_URI = "slo://report";

const DEFAULT_DAYS = 7;

const mimeType = "application/json";

/** The resources that tell what a server costs and how it keeps its objectives, by what the sidecar has left, or by what this process knows itself. */
export function reportResources(journal: Journal, options: ReportOptions = {}): ReportResources {
  const { detailsFor = [], servers = "own", offeredTo = "known" } = options;
  const cost = new SidecarFile<CostDocument>(() => journal.folder, COST_FILE, ["days", "budgets"]);
  const slo = new SidecarFile<SloDocument>(() => journal.folder, SLO_FILE, ["objectives"]);
  const viewOf = ({ server, principal }: Exchange): View => ({
    server: servers === "all" ? undefined : server,
    details: principal !== undefined && detailsFor.includes(principal),
  });
  const own = ({ server }: Exchange) => ownFigures(journal, server, Date.now());
  const daily = async (exchange: Exchange) => {
    const known = await cost.read();
    return JSON.stringify(known === undefined ? own(exchange) : daySummary(known, viewOf(exchange)));
  };
  const several = async (exchange: Exchange, days: number) => {
    const known = await cost.read();
    return JSON.stringify(known === undefined ? own(exchange) : daysSummary(known, days, viewOf(exchange)));
  };
  return {
    resources: [
      { uri: DAILY_SUMMARY_URI, ...COST, mimeType, read: daily },
      {
        uri: SLO_REPORT_URI,
        ...SLO,
        mimeType,
        read: async (exchange) => JSON.stringify(sloReport(await slo.read(), viewOf(exchange))),
      },
    ],
    templates: [
      {
        uriTemplate: SUMMARY_TEMPLATE,
        ...SUMMARY,
        mimeType,
        read: (exchange, { days = String(DEFAULT_DAYS) }) =>
          isDays(days)
            ? several(exchange, Number(days))
            : { invalid: `days is a whole number from 1 to ${MAX_COST_DAYS}.` },
      },
    ],
    offers: (exchange) => offeredTo === "everyone" || isKnown(exchange),
  };
}

const COST = { name: "cost today", description: "What this server costs today, by tool, and its budgets." };
const SUMMARY = { name: "cost of some days", description: `What it cost in the last days (1 to ${MAX_COST_DAYS}).` };
const SLO = {
  name: "objectives",
  description: "How this server keeps its objectives, and what of the error budget is left.",
};

function isDays(text: string): boolean {
  return /^[1-9]\d?$/.test(text) && Number(text) <= MAX_COST_DAYS;
}

/** Who is at the other end of a pipe runs the server; over HTTP somebody must have said who it is. */
function isKnown({ transport, principal }: Exchange): boolean {
  return principal !== undefined || (transport !== "http" && transport !== "sse" && transport !== "other");
}
