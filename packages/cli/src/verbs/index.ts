import type { Verb } from "../verb.ts";
import { audit } from "./audit.ts";
import { backup } from "./backup.ts";
import { config } from "./config.ts";
import { cost } from "./cost.ts";
import { dashboards } from "./dashboards.ts";
import { failover } from "./failover.ts";
import { init } from "./init.ts";
import { proxy } from "./proxy.ts";
import { serve } from "./serve.ts";
import { sidecar } from "./sidecar.ts";
import { slo } from "./slo.ts";
import { unwrap } from "./unwrap.ts";
import { wrapVerb } from "./wrap.ts";

/** Every verb, in the order in which `--help` lists them. A new one is a new file and a line here. */
export const VERBS: readonly Verb[] = [
  wrapVerb,
  unwrap,
  proxy,
  serve,
  audit,
  backup,
  failover,
  cost,
  slo,
  dashboards,
  sidecar,
  init,
  config,
];
