import type { Registration } from "@mcp-ops/formats";
import { registered } from "../fleet/discovery.ts";
import { pageAddress } from "../fleet/page-address.ts";
import { askHttp } from "../http-question.ts";
import type { ProbeResult } from "./books/probes.ts";

/** More servers than one machine has. */
const MAX_REGISTRATIONS = 1_000;
const SERVER_FAULT = 500;

/** Asks every process of these servers whether it would take calls. One that answers speaks for its server. */
export async function probe(
  servers: ReadonlySet<string>,
  folder: string,
  timeoutMs: number,
): Promise<ReadonlyMap<string, ProbeResult>> {
  const { registrations } = await registered(folder, MAX_REGISTRATIONS);
  const asked = [...servers].map(async (server): Promise<[string, ProbeResult]> => {
    const own = registrations.filter((one) => one.server === server);
    if (own.length === 0) return [server, "absent"];
    const answers = await Promise.all(own.map((one) => isReady(one, folder, timeoutMs)));
    return [server, answers.includes(true) ? "answered" : "silent"];
  });
  return new Map(await Promise.all(asked));
}

/** Any answer but a server's fault: who has no health pages says 404, and is there. */
async function isReady(one: Registration, folder: string, timeoutMs: number): Promise<boolean> {
  try {
    const { status } = await askHttp(pageAddress(one, folder, "/readyz"), {
      method: "GET",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return status < SERVER_FAULT;
  } catch {
    return false;
  }
}
