/** The daemon with duties that misbehave once, each in the way it is named, and with one that never stops where the config says so. */
import { DUTY_PLANS, type Duty, type DutyPlan, dutyPlan, runSidecar } from "@mcp-ops/sidecar";
import { z } from "zod";

const QUIET: Duty = {
  start: async () => {},
  stop: async () => {},
  status: () => ({ content: true, message: "All is well." }),
};

function misbehave(): never {
  throw new Error("as it was told");
}

const MISDEEDS: Readonly<Record<string, Partial<Duty>>> = {
  refuses: { start: async () => misbehave() },
  rejects: { start: async () => void setTimeout(async () => misbehave(), 1) },
  throws: { start: async () => void setTimeout(misbehave, 1) },
  reports: { start: async ({ fail }) => void setTimeout(() => fail(new Error("as it was told")), 1) },
  unmeasured: { metrics: async () => misbehave() },
};

/** Its first life ends badly, every other goes well. */
function unruly(name: string, misdeed: Partial<Duty>): DutyPlan {
  let lives = 0;
  const life = () => (lives === 1 ? { ...QUIET, ...misdeed } : QUIET);
  const duty: Duty = {
    ...QUIET,
    start(context) {
      lives++;
      return life().start(context);
    },
    metrics: async (format) => (await life().metrics?.(format)) ?? [],
  };
  return dutyPlan({ name, section: z.strictObject({}), open: () => duty });
}

const hopeless = dutyPlan({
  name: "hopeless",
  section: z.strictObject({}),
  open: () => ({ ...QUIET, start: async () => misbehave() }),
});

const stubborn = dutyPlan({
  name: "stubborn",
  section: z.strictObject({ stays: z.boolean().default(false) }),
  open: ({ stays }) => ({
    ...QUIET,
    start: async () => void (stays && setInterval(() => {}, 1000)),
    stop: () => (stays ? new Promise(() => {}) : Promise.resolve()),
  }),
});

const sluggish = dutyPlan({
  name: "sluggish",
  section: z.strictObject({ hangs: z.boolean().default(false) }),
  open: ({ hangs }) => ({ ...QUIET, start: () => (hangs ? new Promise(() => {}) : Promise.resolve()) }),
});

const duties = [
  ...DUTY_PLANS,
  ...Object.entries(MISDEEDS).map(([name, misdeed]) => unruly(name, misdeed)),
  hopeless,
  stubborn,
  sluggish,
];
const source = { file: "mcp-ops.yaml", env: process.env, duties };
const isClean = await runSidecar(source, (addresses) => console.log(JSON.stringify(addresses)));
process.exitCode = isClean ? 0 : 1;
