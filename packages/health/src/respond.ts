import type { HealthDocument } from "@mcp-ops/formats";
import type { Readiness } from "./verdict.ts";

/** What an HTTP surface sends. To HEAD it sends the same without the body. */
export interface HealthReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface HealthRoute {
  readonly path: string;
  /** One line for an index of pages. */
  readonly about: string;
}

/** The pages there are. All are read with GET or HEAD. */
export const HEALTH_ROUTES: readonly HealthRoute[] = [
  { path: "/livez", about: "Whether the process turns its event loop; asks nothing else" },
  { path: "/readyz", about: "Whether to send traffic: 503 while something critical is down" },
  { path: "/ready", about: "The same as /readyz" },
  { path: "/health", about: "The health document; always 200" },
];

/** What the pages are made of; `health()` gives one. */
export interface Probed {
  live(): object;
  ready(): { readonly ok: boolean; readonly status: Readiness; readonly waitingFor: readonly string[] };
  document(options: { readonly details: boolean }): HealthDocument;
}

/** The answer to a probe; undefined for a path that is none of ours. Only `/readyz` and `/ready` ever say 503: an outage of a dependency must not restart a fleet. */
export function respond(probed: Probed, path: string, authorised: boolean): HealthReply | undefined {
  switch (path) {
    case "/livez":
      return json(200, probed.live());
    case "/readyz":
    case "/ready": {
      const { ok, status, waitingFor } = probed.ready();
      return json(ok ? 200 : 503, ok ? { status } : { status, waitingFor });
    }
    case "/health":
      return json(200, probed.document({ details: authorised }));
    default:
      return undefined;
  }
}

function json(status: number, value: object): HealthReply {
  return { status, contentType: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
