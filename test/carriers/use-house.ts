import { afterAll, beforeAll } from "vitest";
import type { Sighting } from "../fixtures/cast-recorders.ts";
import type { Audience } from "../fixtures/stage.ts";
import type { How } from "../fixtures/watcher.ts";
import type { Carrier, House, StoryClient } from "./carrier.ts";

export interface Visit {
  readonly house: House;
  readonly client: StoryClient;
}

/** A house with a client in it, for all tests of a `describe`. */
export function useHouse(carrier: Carrier, how: How): Visit {
  let visit: Visit | undefined;
  beforeAll(async () => {
    const house = await carrier.open(how);
    visit = { house, client: await house.client() };
  });
  afterAll(() => visit?.house[Symbol.asyncDispose]());
  const here = (): Visit => {
    if (visit === undefined) throw new Error("The house opens before the first test, not before.");
    return visit;
  };
  return {
    get house() {
      return here().house;
    },
    get client() {
      return here().client;
    },
  };
}

/** Does the work, which may fail, and gives the exchange with these details that it brought. */
export async function seen(
  audience: Audience,
  details: Partial<Sighting>,
  work: () => Promise<unknown>,
): Promise<Sighting> {
  const since = audience.reports.length;
  await work().catch(() => {});
  return audience.hears<Sighting>({ about: "exchange", ...details }, since);
}
