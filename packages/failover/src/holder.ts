/**
 * The name under which a node takes leases: `node/life`, where `life` is new at every start. Two processes that were given one node name by mistake
 * must not share a lease, and a lease of an earlier life may still be believed in by a server of that life.
 */
export function holderOf(node: string, life: string): string {
  return `${node}/${life}`;
}

/** The node of a holder: an arbiter lets a node act for its own holders only. */
export function nodeOf(holder: string): string {
  const slash = holder.lastIndexOf("/");
  return slash === -1 ? holder : holder.slice(0, slash);
}
