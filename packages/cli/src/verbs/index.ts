import type { Verb } from "../verb.ts";

/**
 * Every verb, in the order in which `--help` lists them. A new one is a new file and a line here. Each is loaded when it
 * is asked for: a server that is wrapped need not wait for all that a sidecar can.
 */
export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  wrap: async () => (await import("./wrap.ts")).wrapVerb,
  unwrap: async () => (await import("./unwrap.ts")).unwrap,
  proxy: async () => (await import("./proxy.ts")).proxy,
  serve: async () => (await import("./serve.ts")).serve,
  audit: async () => (await import("./audit.ts")).audit,
  backup: async () => (await import("./backup.ts")).backup,
  failover: async () => (await import("./failover.ts")).failover,
  cost: async () => (await import("./cost.ts")).cost,
  slo: async () => (await import("./slo.ts")).slo,
  alerts: async () => (await import("./alerts.ts")).alerts,
  dashboards: async () => (await import("./dashboards.ts")).dashboards,
  sidecar: async () => (await import("./sidecar.ts")).sidecar,
  init: async () => (await import("./init.ts")).init,
  config: async () => (await import("./config.ts")).config,
};
