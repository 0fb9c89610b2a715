import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerFacts } from "./server-facts.ts";
import type { Targets } from "./targets.ts";

/** A message that an outer tap (the wire of `serveStdio`) has opened an exchange for, on its way to an inner one. */
interface Outer {
  readonly targets: Targets;
  readonly inContext: <R>(work: () => R) => R;
}

const outers = new WeakMap<object, Outer>();
let wires = 0;

/** Says that a wire is tapped: from now on taps look whether an outer one has a message already. Until then nobody pays for that. */
export function announceWire(): void {
  wires++;
}

/** Remembers, at a wire, who has opened an exchange for `message` and in which async context its handler is to run: `serveStdio` queues in between. */
export function carryInside(message: object, targets: Targets): void {
  outers.set(message, { targets, inContext: AsyncLocalStorage.snapshot() });
}

/** Whether an outer tap watches this message already; then the inner one only lends what it knows of the server and the outer's context. */
export function runInsideOuter(
  message: object,
  own: Targets,
  facts: ServerFacts | undefined,
  work: () => unknown,
): { returned: unknown } | undefined {
  if (wires === 0) return undefined;
  const outer = outers.get(message);
  if (outer === undefined || outer.targets === own) return undefined;
  outer.targets.facts ??= facts;
  return { returned: outer.inContext(work) };
}

/** Marks a message on its way out through an inner tap, so that the wire does not open a second exchange for it. */
export function carryOutside(message: object, targets: Targets): void {
  if (wires > 0) outers.set(message, { targets, inContext: (work) => work() });
}

/** Whether another tap has this outgoing message. */
export function isCarriedOutside(message: object, own: Targets): boolean {
  const carrier = wires === 0 ? undefined : outers.get(message);
  return carrier !== undefined && carrier.targets !== own;
}
