/** Something breaks, and the right alert reaches whoever is to be told: real servers, the sidecar, Prometheus and Alertmanager on the shipped configs. */
import { afterAll, beforeAll, describe, type ExpectStatic, test } from "vitest";
import { program } from "../fixtures/prometheus.ts";
import { Town } from "./town.ts";

const missing = [program("prometheus"), program("prometheus-alertmanager")].some((one) => one.missing);
const START_MS = 240_000;

describe.skipIf(missing).concurrent("an alert, from what broke to who is told", { timeout: 240_000 }, () => {
  let town: Town;

  beforeAll(async () => {
    town = await Town.open();
  }, START_MS);
  afterAll(() => town?.[Symbol.asyncDispose](), START_MS);

  test("a tool breaks: its alert is told and no other, and ends when the tool works again", async ({ expect }) => {
    const { till, tower } = town;
    const alert = { alertname: "McpToolFailingForEveryone", server: "till", target: "pay" };
    till.says("fail");
    const told = await tower.untilTold("firing", alert);
    expect(told).toMatchObject({ receiver: "tickets", annotations: runbookOf(expect, alert.alertname) });
    till.says("work");
    await tower.untilTold("resolved", alert);
    expect(namesTold({ server: "till" })).toEqual([alert.alertname]);
  });

  test("a server dies: that it is down is told, not that its calls fail", async ({ expect }) => {
    const { kiosk, tower } = town;
    const alert = { alertname: "McpServerDown", server: "kiosk" };
    await kiosk.kill();
    expect(await tower.untilTold("firing", alert)).toMatchObject({ receiver: "pager" });
    await tower.untilInhibited({ alertname: "McpServerMostCallsFailing", server: "kiosk" });
    await kiosk.start();
    await tower.untilTold("resolved", alert);
    expect(namesTold({ server: "kiosk" })).toEqual([alert.alertname]);
  });

  test("a client's config loses a server: the alert about its backups is told until it is put back", async ({
    expect,
  }) => {
    const { tower } = town;
    const alert = { alertname: "McpBackupConfigServersLost", set: "configs" };
    town.loseServer();
    expect(await tower.untilTold("firing", alert)).toMatchObject({ receiver: "pager" });
    town.putServerBack();
    await tower.untilTold("resolved", alert);
    expect(namesTold({ set: "configs" })).toEqual([alert.alertname]);
  });

  test("a backup rots: that it is damaged is told until retention has put a sound one in its place", async ({
    expect,
  }) => {
    const { tower } = town;
    const alert = { alertname: "McpBackupDamaged", set: "papers" };
    await town.rotBackup();
    expect(await tower.untilTold("firing", alert)).toMatchObject({ receiver: "pager" });
    await town.savePapers();
    await tower.untilTold("resolved", alert);
    expect(namesTold({ set: "papers" })).toEqual([alert.alertname]);
  });

  test("a budget is exceeded: its alert is told until there is more", async ({ expect }) => {
    const { tower } = town;
    const alert = { alertname: "McpBudgetExceeded", budget: "team" };
    await town.limit("small");
    expect(await tower.untilTold("firing", alert)).toMatchObject({ receiver: "tickets" });
    await town.limit("large");
    await tower.untilTold("resolved", alert);
    expect(namesTold({ budget: "team" })).toEqual([alert.alertname]);
  });

  function namesTold(labels: Readonly<Record<string, string>>): readonly string[] {
    return [...new Set(town.tower.told(labels).map((one) => one.labels.alertname ?? ""))];
  }
});

function runbookOf(expect: ExpectStatic, alert: string): object {
  return { runbook_url: expect.stringContaining(`/${alert}.md`), summary: expect.stringContaining("pay") };
}
