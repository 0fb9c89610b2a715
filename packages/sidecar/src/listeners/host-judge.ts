import { hostCheck, type Listen, LOOPBACK_HOST } from "@mcp-ops/kit";

/** Browsers reach ports only, so on a socket any `Host` is as good as none. */
export function hostJudge(where: Listen | "off", hosts: readonly string[]): (host: string | undefined) => boolean {
  if (where === "off" || "socket" in where) return () => true;
  return hostCheck(where.host ?? LOOPBACK_HOST, hosts);
}
