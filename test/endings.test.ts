/** How a call ends that nobody waits for any more, on every carrier. */
import { describe, expect, test } from "vitest";
import type { Carrier } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import type { Sighting } from "./fixtures/cast-recorders.ts";

const slow = { about: "exchange", target: "slow" };

describe.each(carriers)("$name", (carrier: Carrier) => {
  const { reachesCall, clientGone } = carrier.traits;

  test.runIf(reachesCall)("a call its client withdraws ends at once as cancelled, whatever the tool does", async () => {
    await using house = await carrier.open({ cast: "recorder" });
    const client = await house.client();
    const cancel = new AbortController();
    const call = client.callTool("slow", { until: "never" }, { signal: cancel.signal }).catch(() => "withdrawn");
    await house.audience.hears({ about: "slow started" });
    cancel.abort();
    expect(await call).toBe("withdrawn");
    expect((await house.audience.hears<Sighting>(slow)).outcome).toMatchObject({ kind: "cancelled" });
    house.audience.give("never");
    expect(await house.audience.hears({ about: "slow ended" })).toMatchObject({ aborted: true });
    await client.callTool("ok");
    await house.audience.hears({ about: "exchange", target: "ok" });
    expect(house.audience.all(slow)).toHaveLength(1);
  });

  test.runIf(!reachesCall)("a cancellation that another instance gets leaves the call as it is", async () => {
    await using house = await carrier.open({ cast: "recorder" });
    const client = await house.client();
    const cancel = new AbortController();
    const call = client.callTool("slow", { until: "asked" }, { signal: cancel.signal }).catch(() => "withdrawn");
    await house.audience.hears({ about: "slow started" });
    cancel.abort();
    expect(await call).toBe("withdrawn");
    await house.audience.hears({ about: "exchange", method: "notifications/cancelled" });
    house.audience.give("asked");
    expect((await house.audience.hears<Sighting>(slow)).outcome).toMatchObject({ kind: "result", isError: false });
  });

  test(`a call whose client is gone ends ${clientGone.when} as ${clientGone.kind}`, async () => {
    await using house = await carrier.open({ cast: "recorder" });
    const client = await house.client();
    const call = client.callTool("slow", { until: "released" }).catch(() => "gone");
    await house.audience.hears({ about: "slow started" });
    await client.vanish();
    if (clientGone.when === "when released") house.audience.give("released");
    const { kind, reason } = clientGone;
    const { outcome } = await house.audience.hears<Sighting>(slow);
    expect(outcome).toMatchObject(reason === undefined ? { kind } : { kind, reason });
    void call;
  });
});
