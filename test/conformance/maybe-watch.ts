import { parseArgs } from "node:util";
import { type Flaw, planted } from "./planted-flaw.ts";

type Same = <T extends object>(served: T) => T;

async function chosenWrapper(): Promise<Same> {
  const options = { watch: { type: "boolean" }, health: { type: "boolean" }, flaw: { type: "string" } } as const;
  const { values } = parseArgs({ options, strict: false });
  if (values.watch) {
    const { watch } = await import("@mcp-ops/kit");
    // The one part of the kit that amends answers. With it, clients see one resource more.
    return (served) => watch(served, values.health ? {} : { health: { statusResource: false } });
  }
  return values.flaw ? planted(values.flaw as Flaw) : (served) => served;
}

/** Gives back what it was given, watched if the command line says so. */
export const maybeWatch: Same = await chosenWrapper();
