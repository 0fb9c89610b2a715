import { resolve } from "node:path";
import { readSettings } from "@mcp-ops/kit";
import { type Duty, type DutyContext, type DutyPlan, dutyPlan } from "../duties/duty.ts";
import { Fleet, type Member } from "./fleet.ts";
import { type FleetSettings, fleetSection } from "./settings.ts";

/** How often the folder is swept when nobody scrapes. */
const LOOK_EVERY_MS = 15_000;

/** The duty `fleet`: every registered server of the machine on one page. */
export const fleetPlan: DutyPlan = dutyPlan({ name: "fleet", section: fleetSection, open: openFleet });

function openFleet(settings: FleetSettings): Duty {
  let fleet: Fleet | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    async start({ state, folder, env, fail }) {
      const opened = new Fleet(runtimeFolderOf(settings, folder, env), settings, state);
      await opened.look();
      fleet = opened;
      timer = setInterval(() => opened.look().catch(fail), LOOK_EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      fleet?.close();
      fleet = undefined;
    },
    status: () => statusOf(fleet?.members ?? [], fleet?.unreadable ?? []),
    metrics: async (format) => (await fleet?.page(format)) ?? [],
    routes: [
      {
        method: "get",
        path: "/",
        about: "The servers of this machine, as the last scrape found them",
        respond: async () => {
          await fleet?.page("classic");
          return { status: 200, body: { servers: fleet?.members ?? [], unreadable: fleet?.unreadable ?? [] } };
        },
      },
    ],
  };
}

/** Where the servers register. */
export function runtimeFolderOf({ folder }: FleetSettings, base: string, env: DutyContext["env"]): string {
  return folder === undefined ? readSettings(env, process.getuid?.() ?? 0).folder : resolve(base, folder);
}

function statusOf(members: readonly Member[], unreadable: readonly string[]): { content: boolean; message: string } {
  const up = members.filter((member) => member.up).length;
  const strange = unreadable.length === 0 ? "" : ` Not registrations: ${unreadable.join(", ")}.`;
  return { content: true, message: `${up} of ${members.length} servers answered the last scrape.${strange}` };
}
