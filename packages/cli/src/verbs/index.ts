import type { Verb } from "../verb.ts";
import { audit } from "./audit.ts";
import { fleet } from "./fleet.ts";
import { serve } from "./serve.ts";

/** Every verb, in the order in which `--help` lists them. A new one is a new file and a line here. */
export const VERBS: readonly Verb[] = [serve, fleet, audit];
