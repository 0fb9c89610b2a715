import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where everything lies that the demo writes. */
export interface DemoFolder extends AsyncDisposable {
  readonly path: string;
  readonly audit: string;
  /** The runtime folder, in which the servers register. */
  readonly run: string;
}

/** A folder of its own, which is removed in the end unless it is to be kept. */
export async function demoFolder(keep: boolean): Promise<DemoFolder> {
  const path = await mkdtemp(join(tmpdir(), "mcp-ops-demo-"));
  return {
    path,
    audit: join(path, "audit"),
    run: join(path, "run"),
    async [Symbol.asyncDispose]() {
      if (!keep) await rm(path, { recursive: true, force: true });
    },
  };
}
