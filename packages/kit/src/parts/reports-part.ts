import type { Gate } from "@mcp-ops/exchange";
import { resourceGate } from "@mcp-ops/health";
import { type Journal, type ReportOptions, reportResources } from "@mcp-ops/journal";
import { alike } from "../alike.ts";

/** The gate that offers what a server costs, and the names of its resources. */
export interface ReportsPart {
  readonly gate: Gate;
  readonly resources: readonly string[];
}

interface Known {
  readonly option: true | ReportOptions | undefined;
  readonly journal: Journal;
  readonly part: ReportsPart;
}

const known: Known[] = [];

/**
 * What clients may read of cost and objectives. By default it is there once the process has a runtime folder, for then it is operated by
 * somebody; where it was asked for, at once. The same for the same options.
 */
export function reportsFrom(
  option: boolean | ReportOptions | undefined,
  journal: Journal | undefined,
): ReportsPart | undefined {
  if (option === false || journal === undefined) return undefined;
  const found = known.find((one) => one.journal === journal && alike(one.option, option));
  if (found !== undefined) return found.part;
  const part = partOf(option, journal);
  known.push({ option, journal, part });
  return part;
}

function partOf(option: true | ReportOptions | undefined, journal: Journal): ReportsPart {
  const { resources, templates, offers } = reportResources(journal, typeof option === "object" ? option : {});
  const isAsked = option !== undefined;
  const gate = resourceGate({
    name: "cost",
    resources,
    templates,
    offers: (exchange) => (isAsked || journal.folder !== undefined) && offers(exchange),
  });
  return { gate, resources: [...resources.map(({ uri }) => uri), ...templates.map(({ uriTemplate }) => uriTemplate)] };
}
