import { writeFileSync } from "node:fs";
import { OpsError } from "@mcp-ops/formats";
import { SIDECAR_ERROR } from "../codes.ts";
import type { DutyPlan } from "../duties/duty.ts";
import { configText, type KeyValues } from "./example.ts";
import { configJsonSchema } from "./schema.ts";

/** What was found on the machine that a config can name. */
export interface Findings {
  /** Values for keys, by their path with dots between, such as `fleet.folder`. */
  readonly values: KeyValues;
  /** Lines for people, put at the head of the config. */
  readonly notes: readonly string[];
}

/** Looks around on the machine. */
export type Discovery = () => Promise<Findings>;

export interface InitOptions {
  readonly file: string;
  /** Replace a config that is there. */
  readonly overwrite: boolean;
  readonly discoveries: readonly Discovery[];
  readonly duties: readonly DutyPlan[];
}

/** Writes a commented config with what the discoveries find, and gives what that was. */
export async function initConfig({ file, overwrite, discoveries, duties }: InitOptions): Promise<Findings> {
  const found = await Promise.all(discoveries.map((discover) => discover()));
  const findings: Findings = {
    values: Object.assign({}, ...found.map(({ values }) => values)) as KeyValues,
    notes: found.flatMap(({ notes }) => notes),
  };
  const text = configText(configJsonSchema(duties), findings.notes, findings.values);
  try {
    writeFileSync(file, text, { mode: 0o600, flag: overwrite ? "w" : "wx" });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === "EEXIST"
        ? "is there already. Add --force to replace it"
        : `cannot be written (${code}). Name another with --output`;
    throw new OpsError(SIDECAR_ERROR.configExists, `The file ${file} ${why}.`, { cause });
  }
  return findings;
}
