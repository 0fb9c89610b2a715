import { type Duty, type DutyPlan, type DutyStatus, dutyPlan } from "../duties/duty.ts";
import { sloFamilies } from "./figures.ts";
import { sloRoutes } from "./routes.ts";
import { type SloSettings, sloSection } from "./settings.ts";
import { Watch } from "./watch.ts";

/** The duty `slo`: what is promised about servers, and whether it is kept. Its days and months are those of the ledger. */
export const sloPlan: DutyPlan = dutyPlan({ name: "slo", section: sloSection, alsoOf: ["cost"], open: openSlo });

function openSlo(settings: SloSettings): Duty {
  let watch: Watch | undefined;
  return {
    async start(context) {
      watch = new Watch(settings, context);
      watch.start();
    },
    async stop() {
      await watch?.stop();
      watch = undefined;
    },
    status: () => statusOf(watch),
    metrics: async (format) => (watch === undefined ? [] : sloFamilies(watch, format)),
    routes: sloRoutes(() => watch),
  };
}

/** A promise that is not kept is for its alerts: the duty does what it should. */
function statusOf(watch: Watch | undefined): DutyStatus {
  const { objectives } = watch?.document ?? { objectives: [] };
  const [trouble] = watch?.troubles ?? [];
  if (trouble !== undefined) return { content: false, message: trouble };
  if (objectives.length === 0) return { content: true, message: "Nothing is promised." };
  const count = (state: string) => objectives.filter((one) => one.state === state).length;
  const words = ["met", "at-risk", "missed", "not enough data"].flatMap((state) => {
    return count(state) === 0 ? [] : [`${count(state)} ${state}`];
  });
  return { content: true, message: `${objectives.length} objectives: ${words.join(", ")}.` };
}
