import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";

/**
 * Waits for the end of its stdin, which comes when we end, however we end. Then it ends the group it was told of: politely,
 * and after two seconds for good; and it takes away the folder that the child had from us. The signals a terminal or a shutdown
 * sends to everybody must not end it first.
 */
const WATCH = `
trap '' HUP INT QUIT TERM
running=
while read -r word group; do
  case $word in
    run) running=$group ;;
    gone) exit 0 ;;
  esac
done
finish() {
  [ -n "$running" ] || return
  kill -s TERM -- "-$running" || return
  left=20
  while [ "$left" -gt 0 ] && kill -s 0 -- "-$running"; do
    sleep 0.1 || sleep 1
    left=$((left - 1))
  done
  kill -s KILL -- "-$running"
}
finish
[ -z "$LEFT_BEHIND" ] || rm -rf -- "$LEFT_BEHIND"
`;

/**
 * A process that outlives us by seconds and leaves nothing of a child behind when we are killed. It stands ready before the
 * child starts, in a session of its own, and holds none of our streams.
 */
export class Guard {
  readonly #watcher: ChildProcess;
  /** While the child has this open, too, the guard cannot miss its start. */
  readonly lifeline: Writable;

  /** `folder` is ours, and goes when we cannot take it away ourselves. */
  constructor(folder = "") {
    this.#watcher = spawn("sh", ["-c", WATCH, "mcp-ops-guard"], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
      env: { PATH: process.env.PATH, LEFT_BEHIND: folder },
    });
    this.lifeline = this.#watcher.stdin as Writable;
    // Without a guard a child ends as others do: by the end of its stdin.
    this.#watcher.on("error", () => {});
    this.lifeline.on("error", () => {});
    this.#watcher.unref();
  }

  /** Names the group to end. A child that was started by `announced()` has done so itself. */
  watch(group: number): void {
    this.lifeline.write(`run ${group}\n`);
  }

  /** The child and its group are gone: the guard goes too. */
  async dismiss(): Promise<void> {
    if (this.#watcher.pid === undefined || this.#watcher.exitCode !== null || this.#watcher.signalCode !== null) return;
    this.#watcher.ref();
    const ended = once(this.#watcher, "exit");
    this.lifeline.end("gone\n");
    await ended;
  }
}
