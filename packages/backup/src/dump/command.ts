import { isAbsolute, join } from "node:path";
import { backupError } from "../errors.ts";
import type { Dumper } from "./dumper.ts";
import { inTime } from "./in-time.ts";
import { printedTo } from "./program.ts";

export interface CommandDumpOptions {
  readonly name: string;
  readonly required?: boolean | undefined;
  /** The whole path of the program. No shell reads it; give one (`/bin/sh`, `-c`) where a pipe is needed, with `set -o pipefail`. */
  readonly program: string;
  /** Visible to every user of the machine: pass secrets in `env`, or better in a file. */
  readonly args?: readonly string[] | undefined;
  /** All the program gets besides a plain `PATH`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** How long it may take, milliseconds. Default: {@link DEFAULT_DUMP_MS}. */
  readonly timeoutMs?: number | undefined;
}

const FILE = "output";

/**
 * Saves what a program prints, when it ends with code 0. One that prints nothing has failed, since nothing could be restored from that.
 * Take commands from the local configuration only: whoever can choose one runs it.
 *
 * @throws OpsError `BACKUP_DUMP_INVALID`
 */
export function commandDumper(options: CommandDumpOptions): Dumper {
  const { name, required = true, program, args = [], env = {} } = options;
  if (!isAbsolute(program)) {
    throw backupError(
      "BACKUP_DUMP_INVALID",
      `The command of ${name} must begin with a whole path, not ${JSON.stringify(program)}: what a search finds can be planted.`,
    );
  }
  return {
    name,
    kind: "command",
    required,
    async dump(folder, signal) {
      const command = { program, args, env, secrets: Object.values(env) };
      const { bytes, sha256 } = await inTime(`The dump of ${name}`, options.timeoutMs, signal, (until) =>
        printedTo(join(folder, FILE), command, until),
      );
      if (bytes === 0) {
        throw backupError("BACKUP_DUMP_FAILED", `${program} printed nothing. Make it write its dump to stdout.`);
      }
      return { files: [FILE], notes: [`${bytes} bytes, sha256 ${sha256}`] };
    },
  };
}
