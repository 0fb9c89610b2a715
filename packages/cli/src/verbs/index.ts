import type { Verb } from "../verb.ts";
import { config } from "./config.ts";
import { init } from "./init.ts";
import { sidecar } from "./sidecar.ts";

/** Every verb, in the order in which `--help` lists them. A new one is a new file and a line here. */
export const VERBS: readonly Verb[] = [sidecar, init, config];
