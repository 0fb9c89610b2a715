import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Served, servedOptions } from "./served.ts";

const files = {
  "fixture-v1": new URL("./fixture-v1.ts", import.meta.url),
  "fixture-v2": new URL("./fixture-v2.ts", import.meta.url),
};

export type Fixture = keyof typeof files;

export interface ServedFixture extends AsyncDisposable {
  url: string;
}

/** Starts a fixture in a process of its own and waits until it says where it listens. */
export async function openFixture(fixture: Fixture, served: Served): Promise<ServedFixture> {
  const child = spawn(process.execPath, [fileURLToPath(files[fixture]), ...servedOptions(served)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const closed = once(child, "close");
  const stop = async (): Promise<void> => {
    child.kill();
    await closed;
  };
  const complaints: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (words) => complaints.push(words));

  for await (const line of createInterface({ input: child.stdout! })) {
    const [word, url] = line.split(" ");
    if (word === "listening" && url) return { url, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error(`${fixture} ${servedOptions(served).join(" ")} ended before it listened:\n${complaints.join("")}`);
}
