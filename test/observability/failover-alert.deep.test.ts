/** A primary is killed, and what is told is the failover: not that its machine is gone. */
import { expect, test } from "vitest";
import { Group } from "../failover/group.ts";
import { freePort } from "../fixtures/free-port.ts";
import { program } from "../fixtures/prometheus.ts";
import { Tower } from "./tower.ts";

const missing = [program("prometheus"), program("prometheus-alertmanager")].some((one) => one.missing);
/** Quicker, and a lease that runs out would be slow beside a machine that is missed. */
const DRILL = 10;

test.skipIf(missing)(
  "the failover is told, the loss of the old primary is not, until the failover is old news",
  async () => {
    await using group = await Group.open("a", "b");
    const probes = new Map([
      ["a", `127.0.0.1:${await freePort()}`],
      ["b", `127.0.0.1:${await freePort()}`],
    ]);
    const start = (name: string) => group.start(name, [], { MCP_OPS_PROBES__LISTEN: probes.get(name) ?? "" });
    const a = await start("a");
    await a.untilPage("/primary", 200);
    const b = await start("b");
    await b.untilView({ primary: { node: "a" }, reasons: [] });
    const set = { failoverShownSeconds: 600 };
    await using tower = await Tower.open([...probes.values()], { drill: DRILL, set });
    const failover = { alertname: "McpFailoverHappened", node: "a" };
    const loss = { alertname: "McpTargetDown", instance: probes.get("a") ?? "" };
    await tower.untilSeen('mcp_ops_failover_is_leader{node="a"} == 1');

    a.daemon?.child.kill("SIGKILL");
    expect(await tower.untilTold("firing", failover)).toMatchObject({ receiver: "info", labels: { group: "weather" } });
    await tower.untilInhibited(loss);
    await start("a");
    await tower.untilTold("resolved", failover);
    expect(tower.told({ alertname: "McpTargetDown" })).toEqual([]);
    expect(tower.told({ alertname: "McpFailoverNoPrimary" })).toEqual([]);
    expect(tower.told({ alertname: "McpFailoverTwoPrimaries" })).toEqual([]);
  },
);
