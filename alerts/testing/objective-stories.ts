import { type Objective, objective } from "@mcp-ops/slo";
import fc from "fast-check";

/** A little more than three days, the longest window. */
export const STEPS = 900;

/** What was counted in five minutes. */
export interface Step {
  readonly events: number;
  readonly bad: number;
}

/** An objective, and what became of it step by step, on how many machines. */
export interface Story {
  readonly objective: Objective;
  readonly machines: number;
  /** The sidecar shows no counters before. */
  readonly begins: number;
  readonly steps: readonly Step[];
  /** Steps without events at which a machine lost its state, and counts from 0. */
  readonly losses: ReadonlySet<number>;
}

export function plain(promised: Objective, steps: readonly Step[]): Story {
  return { objective: promised, machines: 1, begins: 0, steps, losses: new Set() };
}

export function repeat(times: number, step: Step): readonly Step[] {
  return Array.from({ length: times }, () => step);
}

export function quiet(steps: number): readonly Step[] {
  return repeat(steps, { events: 0, bad: 0 });
}

/** Days of phases with more or less traffic, of which more or less is bad. */
export function story(): fc.Arbitrary<(name: string) => Story> {
  const phase = fc.record({
    steps: fc.integer({ min: 1, max: 200 }),
    events: fc.constantFrom(0, 1, 2, 7, 40),
    share: fc.constantFrom(0, 0.0007, 0.004, 0.011, 0.03, 0.07, 0.31, 1),
  });
  const parts = fc.record({
    share: fc.constantFrom(0.84, 0.9, 0.95, 0.99, 0.995, 0.999),
    window: fc.constantFrom("28d", "30d", "month"),
    minEvents: fc.integer({ min: 1, max: 300 }),
    machines: fc.integer({ min: 1, max: 2 }),
    begins: fc.integer({ min: 0, max: 200 }),
    phases: fc.array(phase, { minLength: 8, maxLength: 12 }),
    losses: fc.uniqueArray(fc.integer({ min: 1, max: STEPS - 1 }), { maxLength: 5 }),
  });
  return parts.map(({ share, window, minEvents, machines, begins, phases, losses }) => (name) => {
    const lost = new Set(losses);
    const steps = phases.flatMap(({ steps, events, share }) => spread(steps, events, share));
    const whole = [...steps, ...quiet(STEPS)].slice(0, STEPS);
    return {
      objective: objective({ name, server: "desk", kind: "errors", objective: share, window, minEvents }),
      machines,
      begins,
      steps: whole.map((step, at) => (at <= begins || lost.has(at) ? { events: 0, bad: 0 } : step)),
      losses: lost,
    };
  });
}

/** So that the share is right over many steps, too. */
function spread(steps: number, events: number, share: number): readonly Step[] {
  const bad = (at: number) => Math.floor(at * events * share);
  return Array.from({ length: steps }, (_, at) => ({ events, bad: bad(at + 1) - bad(at) }));
}
