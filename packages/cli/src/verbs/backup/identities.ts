import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { usageError } from "../../complaint.ts";

export interface IdentityFlags {
  readonly identity?: readonly string[];
}

export function addIdentityOption(verb: Command): Command {
  return verb.option("--identity <file...>", "files of age identities, for an encrypted backup");
}

/** As `age-keygen` writes them; comments are left out. An identity never stands on the command line, which others can read. */
export function identitiesOf({ identity = [] }: IdentityFlags): readonly string[] {
  return identity.flatMap((file) => {
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.trim());
    const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
    if (keys.length > 0 && keys.every((key) => key.startsWith("AGE-SECRET-KEY-"))) return keys;
    throw usageError(`${file} holds no age identity. Give the file that age-keygen wrote.`);
  });
}
