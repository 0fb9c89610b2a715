import type { SloDocument } from "@mcp-ops/formats";
import { heading, type View } from "./cost-report.ts";
import type { Known } from "./sidecar-file.ts";

/** How the objectives stand of the server that was asked, or of all. */
export function sloReport(known: Known<SloDocument> | undefined, { server }: View): object {
  if (known === undefined) return { schema: 1, source: "none", note: NOTE, objectives: [] };
  const { objectives } = known.document;
  return { ...heading(known), objectives: objectives.filter((one) => server === undefined || one.server === server) };
}

const NOTE = "No sidecar has told how this server keeps its objectives. They are set in the sidecar's config.";
