/** Links lead somewhere, with variables that are there. */
import type { DashboardLink } from "@grafana/grafana-foundation-sdk/dashboard";
import type { GrafanaDashboard } from "../src/dashboards.ts";
import { panelsOf } from "../src/expressions.ts";
import { type Fault, faultsOf } from "./lint-look.ts";

export function linkFaults({ json }: GrafanaDashboard, all: readonly GrafanaDashboard[]): readonly Fault[] {
  const menus = (json.links ?? []).filter(({ type }) => type === "dashboards");
  const inPanels = panelsOf(json).flatMap((panel) => linksIn(panel).map((link) => ({ at: panel.title ?? "", link })));
  return [
    ...menus.flatMap(({ title, tags }) =>
      faultsOf(title, [
        [!all.some((other) => tags?.every((tag) => other.json.tags?.includes(tag))), "is an empty menu"],
      ]),
    ),
    ...inPanels.flatMap(({ at, link }) => faultsOfLink(at, link, json, all)),
  ];
}

function faultsOfLink(
  at: string,
  { title, url = "" }: DashboardLink,
  json: GrafanaDashboard["json"],
  all: readonly GrafanaDashboard[],
): readonly Fault[] {
  const own = namesOf(json);
  const [, uid] = /^\/d\/([^?]+)/.exec(url) ?? [];
  const target = all.find((other) => other.uid === uid);
  const set = [...url.matchAll(/[?&]var-(\w+)=/g)].map(([, name = ""]) => name);
  const passed = [...url.matchAll(/\$\{(\w+)(?::\w+)?\}/g)].map(([, name = ""]) => name);
  const known = target && namesOf(target.json);
  return faultsOf(`${at}: ${title}`, [
    [uid !== undefined && target === undefined, `leads to ${uid}, which does not exist`],
    [uid !== undefined && !url.includes("${__url_time_range}"), "does not keep the time"],
    [set.some((name) => !known?.has(name)), "sets a variable that its target does not have"],
    [passed.some((name) => !name.startsWith("__") && !own.has(name)), "passes a variable that is not here"],
  ]);
}

function namesOf({ templating }: GrafanaDashboard["json"]): ReadonlySet<string> {
  return new Set((templating?.list ?? []).map(({ name }) => name));
}

/** Wherever they stand: of all series, of one column. */
function linksIn(part: unknown): readonly DashboardLink[] {
  if (typeof part !== "object" || part === null) return [];
  const isLink = "url" in part && "title" in part;
  return isLink ? [part as DashboardLink] : Object.values(part).flatMap(linksIn);
}
