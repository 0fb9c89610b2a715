import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { auditServerSlug, type Boot, OpsError } from "@mcp-ops/formats";
import type { Metrics } from "@mcp-ops/kit";
import { PROXY_ERROR } from "../codes.ts";
import { forTextfile } from "./textfile-text.ts";
import type { Warn } from "./warn.ts";

/** What the textfile collector of node-exporter finds: <https://github.com/prometheus/node_exporter#textfile-collector>. */
export interface Textfile {
  /** Writes once more. The file stays for the collector, until a later process in the same folder finds us gone. */
  close(): Promise<void>;
}

interface TextfileOptions {
  readonly folder: string;
  readonly server: string;
  readonly boot: Boot;
  readonly metrics: Metrics;
  readonly onWarning: Warn;
}

/** As often as Prometheus usually asks. */
const INTERVAL_MS = 15_000;

const OURS = /^mcp-ops-.*-([1-9]\d{0,9})-[0-9a-f]{12}\.prom$/;

/** Writes the metrics into the folder, now and every 15 s. @throws OpsError when the folder does not take a file. */
export async function openTextfile(options: TextfileOptions): Promise<Textfile> {
  const { folder, server, boot, onWarning } = options;
  const path = join(folder, `mcp-ops-${auditServerSlug(server)}-${boot.pid}-${boot.bootId}.prom`);
  await mkdir(folder, { recursive: true }).catch((cause) => Promise.reject(unwritable(path, cause)));
  await sweep(folder);
  let last = write(path, options);
  await last;
  const again = () => {
    last = last.then(() => write(path, options)).catch(onWarning);
    return last;
  };
  const timer = setInterval(again, INTERVAL_MS).unref();
  return {
    async close() {
      clearInterval(timer);
      await again();
    },
  };
}

/** Whole or not at all: the collector may read at any moment. It reads only names that end with `.prom`. */
async function write(path: string, { metrics, boot }: TextfileOptions): Promise<void> {
  const { body } = await metrics.scrape();
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    // Readable for the user of the collector.
    const file = await open(draft, "wx", 0o644);
    try {
      await file.writeFile(forTextfile(body, { boot: boot.bootId }));
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): OpsError {
  return new OpsError(
    PROXY_ERROR.textfileFailed,
    `The metrics could not be written to ${path} (${(cause as NodeJS.ErrnoException).code}). Give --textfile a folder that this user may write.`,
    { cause },
  );
}

/**
 * Removes the files of processes that are gone: they stay so long so that the last figures of a server that ran for a moment can
 * still be collected. A living one that was taken for gone (its pid means nothing in this container) is back in 15 s.
 */
async function sweep(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const pid = OURS.exec(name)?.[1];
    if (pid !== undefined && isGone(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
