import { type BackupTarget, timeOfId } from "@mcp-ops/backup";
import type { SyncSource } from "./source.ts";

/** The store to which the primary sends its backups. Nobody there states an age: it is told from two clocks, those of the primary and of this node. */
export function offsiteSource(target: BackupTarget & Disposable): SyncSource {
  return {
    async newest(set) {
      let newest: string | undefined;
      for await (const { id } of target.list(set)) newest = id;
      if (newest === undefined) return undefined;
      const ref = { set, id: newest };
      return {
        id: newest,
        ageMs: Math.max(0, Date.now() - timeOfId(newest)),
        open: (file) => target.open(ref, file),
      };
    },
    [Symbol.asyncDispose]: async () => target[Symbol.dispose](),
  };
}
