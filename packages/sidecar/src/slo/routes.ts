import { OpsError } from "@mcp-ops/formats";
import { MINUTE_MS, monthAt } from "@mcp-ops/slo";
import { SIDECAR_ERROR } from "../codes.ts";
import { type AdminReply, type AdminRequest, type AdminRoute, problem } from "../listeners/admin-route.ts";
import type { Watch } from "./watch.ts";

/** What the admin API can read of objectives. */
export function sloRoutes(watchNow: () => Watch | undefined): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/",
      about: "How the objectives stand",
      respond: withWatch(watchNow, (watch) => ({ status: 200, body: watch.document })),
    },
    {
      method: "get",
      path: "/report",
      about: "How a month went: objectives, incidents, failovers, backups, and what is not known",
      query: { month: "2026-10; left out: the one that runs" },
      respond: withWatch(watchNow, reportFor),
    },
  ];
}

function reportFor(watch: Watch, { query: { month } }: AdminRequest): AdminReply {
  const { name, to } = monthAt(Math.floor(Date.now() / MINUTE_MS), watch.books.zone);
  try {
    const report = watch.report(month ?? name);
    if (Date.parse(report.from) >= to * MINUTE_MS)
      return problem(400, SIDECAR_ERROR.requestMalformed, `${report.month} has not begun yet.`);
    return { status: 200, body: report };
  } catch (error) {
    if (error instanceof OpsError) return problem(400, error.code, error.message);
    throw error;
  }
}

/** The daemon asks no duty that does not run. */
function withWatch(
  watchNow: () => Watch | undefined,
  answer: (watch: Watch, request: AdminRequest) => AdminReply,
): AdminRoute["respond"] {
  return async (request) => {
    const watch = watchNow();
    if (watch === undefined) throw new Error("The duty slo has been asked before its start.");
    return answer(watch, request);
  };
}
