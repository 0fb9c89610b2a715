/** The daemon with one duty more, which misbehaves once in the way the config says. */
import { DUTY_PLANS, type Duty, dutyPlan, runSidecar } from "@mcp-ops/sidecar";
import { z } from "zod";

let misdeeds = 0;

function misbehave(): never {
  misdeeds++;
  throw new Error("as it was told");
}

function unruly({ how }: { readonly how: string }): Duty {
  const isTime = misdeeds === 0;
  return {
    async start() {
      if (!isTime) return;
      if (how === "cannot start") misbehave();
      if (how === "rejects, and nobody listens") setTimeout(async () => misbehave(), 1);
      if (how === "never stops") setInterval(() => {}, 1000);
      if (how === "throws in a timer") setTimeout(misbehave, 1);
    },
    stop: () => (how === "never stops" ? new Promise(() => {}) : Promise.resolve()),
    status: () => ({ content: true, message: "All is well." }),
    metrics: async () => (isTime && how === "throws when it is asked for metrics" ? misbehave() : []),
  };
}

const plan = dutyPlan({ name: "unruly", section: z.strictObject({ how: z.string() }), open: unruly });
const source = { file: "mcp-ops.yaml", env: process.env, duties: [...DUTY_PLANS, plan] };
const isClean = await runSidecar(source, (addresses) => console.log(JSON.stringify(addresses)));
process.exitCode = isClean ? 0 : 1;
