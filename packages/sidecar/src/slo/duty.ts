import { type Duty, type DutyContext, type DutyPlan, type DutyStatus, dutyPlan } from "../duties/duty.ts";
import { sloFamilies } from "./figures.ts";
import { sloRoutes } from "./routes.ts";
import { type SloSettings, sloSection } from "./settings.ts";
import { Watch } from "./watch.ts";

/** The duty `slo`: what is promised about servers, and whether it is kept. */
export const sloPlan: DutyPlan = dutyPlan({ name: "slo", section: sloSection, open: openSlo });

function openSlo(settings: SloSettings): Duty {
  let watch: Watch | undefined;
  let ledger: DutyContext["ledger"] | undefined;
  return {
    async start(context) {
      if (Object.keys(settings.objectives).length === 0) {
        // Those there were end now.
        endAll(settings, context);
        return;
      }
      ({ ledger } = context);
      watch = new Watch(settings, context);
      watch.start();
    },
    async stop() {
      await watch?.stop();
      watch = undefined;
    },
    status: () => statusOf(settings, watch, ledger),
    metrics: async (format) => (watch === undefined ? [] : sloFamilies(watch, format)),
    routes: sloRoutes(() => watch),
  };
}
