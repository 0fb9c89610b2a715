import { z } from "zod";
import type { SecretReference } from "../config/sections.ts";
import { absolute, secretVariables } from "./fields.ts";

/** A program that says whether what was restored works. */
export interface ProbeSettings {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, SecretReference>>;
  readonly timeoutMs: number;
}

const DEFAULT_PROBE_MS = 30_000;

export const probeSettings: z.ZodType<ProbeSettings> = z.strictObject({
  program: absolute("/usr/local/bin/check-servers").describe("Its whole path. It works when the program ends with 0."),
  args: z.array(z.string()).default([]).describe("Its arguments, which every user of the machine can see."),
  env: secretVariables(),
  timeoutMs: z.number().int().min(1).max(600_000).default(DEFAULT_PROBE_MS).describe("How long it may take."),
});
