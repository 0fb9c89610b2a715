import type { IncomingMessage } from "node:http";
import { hostCheck } from "@mcp-ops/kit";
import type { Refused } from "./refused.ts";

/**
 * Tells whether a request may come in, by what a web page cannot forge: a page that points its own name at our address (DNS
 * rebinding) still sends that name in `Host`, and its own in `Origin` (spec 2025-11-25: transports, security).
 */
export function admission(bound: string, hosts: readonly string[]): (request: IncomingMessage) => Refused | undefined {
  const mayName = rememberingLast(hostCheck(bound, hosts));
  return ({ headers, url }) => {
    if (!url?.startsWith("/")) {
      return {
        httpStatus: 400,
        message: "Ask for a path: this is a reverse proxy, which goes to its own upstream only.",
      };
    }
    if (!mayName(headers.host)) {
      return { httpStatus: 403, message: "This name is not served here. Its operator can allow it: --host <name>." };
    }
    const { origin } = headers;
    if (origin === undefined || mayName(hostOf(origin))) return undefined;
    return {
      httpStatus: 403,
      message: "Pages of this origin may not ask here. The operator can allow it: --host <name>.",
    };
  };
}

/** Most requests name what the one before them named. */
function rememberingLast(check: (host: string | undefined) => boolean): (host: string | undefined) => boolean {
  let last: string | undefined;
  let verdict = check(last);
  return (host) => {
    if (host !== last) [last, verdict] = [host, check(host)];
    return verdict;
  };
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host || undefined;
  } catch {
    return undefined;
  }
}
