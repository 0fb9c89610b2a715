import { fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Audience, type Report } from "../fixtures/stage.ts";
import type { How } from "../fixtures/watcher.ts";
import { MessageWire, type Wire } from "./wire.ts";

const STORY = fileURLToPath(new URL("../fixtures/story-child.ts", import.meta.url));

export interface StdioHouse extends AsyncDisposable {
  readonly audience: Audience;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The client's end of the pipe closes. */
  leave(): Promise<void>;
  wire(): Promise<Wire>;
}

/** A server of the story in a child process, spoken to over its stdin and stdout. */
export function stdioHouse(sdk: "v1" | "v2" | "fastmcp", how: How): StdioHouse {
  const child = fork(STORY, [sdk, JSON.stringify(how)], {
    stdio: ["pipe", "pipe", "inherit", "ipc"],
    serialization: "advanced",
    execArgv: [],
  });
  const { stdin, stdout } = child as { stdin: Writable; stdout: Readable };
  const audience = new Audience((cue) => void child.send(cue));
  child.on("message", (report: Report) => audience.hear(report));
  stdin.on("error", () => {}); // A client that leaves in mid-sentence is one of the stories.
  return {
    audience,
    stdin,
    stdout,
    leave: () => new Promise((resolve) => stdin.end(resolve)),
    async wire() {
      const wire = new MessageWire((text) => stdin.write(`${text}\n`));
      createInterface(stdout).on("line", (line) => wire.hear(line));
      return wire;
    },
    async [Symbol.asyncDispose]() {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
      child.kill();
      await gone;
    },
  };
}
