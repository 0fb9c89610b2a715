import type { Verb } from "../verb.ts";
import { proxy } from "./proxy.ts";

/** Every verb, in the order in which `--help` lists them. A new one is a new file and a line here. */
export const VERBS: readonly Verb[] = [proxy];
