import { escaped, type Label } from "./family.ts";
import type { Relabel } from "./parse.ts";

/**
 * Says on every sample whose it is. A process that serves several servers names them itself. A label `slot` of its own makes
 * way, as Prometheus does it.
 */
export function belongingTo(server: string, slot: number): Relabel {
  const serverLabel: Label = ["server", escaped(server)];
  const slotLabel: Label = ["slot", String(slot)];
  return (labels) => {
    const own = labels.map(([name, value]): Label => [name.replace(SLOT, "exported_$1slot"), value]);
    const isNamed = own.some(([name, value]) => name === "server" && value !== "");
    const rest = isNamed ? own : [serverLabel, ...own.filter(([name]) => name !== "server")];
    return [...rest, slotLabel];
  };
}

/** However often it has made way already. */
const SLOT = /^((?:exported_)*)slot$/;
