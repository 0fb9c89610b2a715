import { type Duty, type DutyPlan, type DutyStatus, dutyPlan } from "../duties/duty.ts";
import type { Family, Format } from "../exposition/family.ts";
import { runtimeFolderOf } from "../fleet/duty.ts";
import type { FleetSettings } from "../fleet/settings.ts";
import { costFamilies } from "./figures.ts";
import { closeJournalFolder } from "./journals.ts";
import { CostKeeper } from "./keeper.ts";
import { costRoutes } from "./routes.ts";
import { type CostSettings, costSection } from "./settings.ts";

/** The duty `cost`: what the servers take, and what that costs. */
export const costPlan: DutyPlan = dutyPlan({ name: "cost", section: costSection, open: openCost });

function openCost(settings: CostSettings): Duty {
  let keeper: CostKeeper | undefined;
  return {
    async start(context) {
      if (!settings.enabled) {
        const { section, folder, env } = context;
        return closeJournalFolder(runtimeFolderOf(section("fleet") as FleetSettings, folder, env));
      }
      keeper = new CostKeeper(settings, context);
      await keeper.start();
    },
    async stop() {
      await keeper?.stop();
      keeper = undefined;
    },
    status: () => statusOf(settings, keeper),
    metrics: (format) => figuresOf(keeper, format),
    routes: costRoutes(() => keeper),
  };
}

async function figuresOf(keeper: CostKeeper | undefined, format: Format): Promise<readonly Family[]> {
  try {
    return await familiesOf(keeper, format);
  } catch (error) {
    // It ended while they were worked out.
    if (keeper?.accounts === undefined) return [];
    throw error;
  }
}

async function familiesOf(keeper: CostKeeper | undefined, format: Format): Promise<readonly Family[]> {
  const { accounts, advice = [] } = keeper ?? {};
  if (accounts === undefined) return [];
  const { ledger, book } = accounts;
  const facts = {
    currency: book.currency,
    today: accounts.day(ledger.today),
    month: await accounts.month(),
    outlooks: await accounts.outlooks(),
    budgets: await accounts.budgets(),
    advice,
    lost: ledger.lost,
  };
  return costFamilies(facts, format);
}

function statusOf({ enabled }: CostSettings, keeper: CostKeeper | undefined): DutyStatus {
  if (!enabled) return { content: true, message: "Nothing is measured: cost.enabled is false." };
  const [trouble, ...more] = keeper?.troubles ?? [];
  if (trouble !== undefined) {
    return {
      content: false,
      message: more.length === 0 ? trouble : `${trouble} And ${more.length} more; see the log.`,
    };
  }
  const accounts = keeper?.accounts;
  if (accounts === undefined) return { content: true, message: "The ledger is being opened, and read whole." };
  const today = accounts.day(accounts.ledger.today);
  const amount = ((today?.microUnits ?? 0) / 1e6).toFixed(2);
  return {
    content: true,
    message: `Today ${today?.servers.length ?? 0} servers cost ${amount} ${accounts.book.currency} so far.`,
  };
}
