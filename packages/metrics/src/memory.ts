import { METRIC } from "@mcp-ops/formats";
import { type Store, valueSeat } from "./store.ts";

/** Writes the memory of the process as it is now. Without a label `server`: the servers of a process share it. */
export function readMemory(store: Store): void {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const kinds: Record<string, number> = { rss, heap_used: heapUsed, heap_total: heapTotal, external };
  for (const [kind, size] of Object.entries(kinds)) valueSeat(store, METRIC.memory, [kind]).cell.value = size;
}
