/** Whole agents that keep their lease in PostgreSQL, and in what answers as the API server of Kubernetes does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
// @boundaries-ignore a server for tests, which lies beside the store it answers, and is in no package that is published
import { FakeKubernetes } from "../../packages/failover/testing/fake-kubernetes.ts";
import { missingForPostgres, tempPostgres } from "../health/temp-servers.ts";
import { Group } from "./group.ts";

const isMissing = missingForPostgres.length > 0;
if (isMissing) console.log(`Agents on PostgreSQL are not tested. Install ${missingForPostgres.join(" and ")}.`);

const PASSWORD = "canary-password-of-the-store";

interface Held {
  readonly group: Group;
  readonly kind: string;
  /** From now on the store answers nobody. */
  readonly freeze: () => void;
}

const STORES: readonly (readonly [name: string, skips: boolean, open: () => Promise<Held>])[] = [
  ["PostgreSQL", isMissing, onPostgres],
  ["a fake API server of Kubernetes", false, onKubernetes],
];

async function onPostgres(): Promise<Held> {
  const server = await tempPostgres(PASSWORD);
  onTestFinished(() => server[Symbol.asyncDispose]());
  await server.start();
  const url = `postgres://app:${PASSWORD}@localhost:${server.tlsPort}/postgres`;
  const group = await Group.at("{ kind: postgres, url: { env: STORE_URL } }", { STORE_URL: url }, "a", "b");
  onTestFinished(() => server.signal("SIGCONT"));
  return { group, kind: "postgres", freeze: () => server.signal("SIGSTOP") };
}

async function onKubernetes(): Promise<Held> {
  const folder = mkdtempSync(join(tmpdir(), "kube-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const server = await new FakeKubernetes(folder).listen();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { hostname, port } = new URL(server.url);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const store = `{ kind: kubernetes, serviceAccount: "${folder}" }`;
  return { group: await Group.at(store, env, "a", "b"), kind: "kubernetes", freeze: () => server.freeze(true) };
}

describe.each(STORES)("with its lease in %s", (_, skips, open) => {
  test.skipIf(skips)(
    "H3: one leads and the other holds; the holder is killed and the other leads; H5: it returns as a standby",
    async () => {
      const { group, kind, freeze } = await open();
      onTestFinished(() => group[Symbol.asyncDispose]());
      const [a, b] = [await group.start("a"), group.member("b")];
      await a.untilPage("/primary", 200);
      await group.start("b");
      await b.untilView({ role: "standby", primary: { node: "a" }, reasons: [], content: true, store: { kind } });
      const { token } = await a.view();
      a.daemon?.child.kill("SIGKILL");
      await b.untilPage("/primary", 200);
      expect(BigInt(String((await b.view()).token))).toBeGreaterThan(BigInt(String(token)));
      await group.start("a");
      await a.untilView({ role: "standby", primary: { node: "b" }, reasons: [] });
      const order = { method: "POST", body: { leader: "b", candidate: "a" } } as const;
      expect(await b.api("/api/v1/failover/switchover", order)).toMatchObject({ status: 200 });
      await a.untilPage("/primary", 200);
      // H4: nobody leads while the store is silent, and who asks hears why.
      freeze();
      for (const member of [a, b]) {
        await member.untilPage("/primary", 503);
        await member.untilView({
          content: false,
          message: expect.stringMatching(/ for \d+ s.*did not answer within/s),
        });
        const asked = await member.api("/promote", { method: "POST", body: { role: "primary" } });
        expect(asked).toMatchObject({ status: 503, body: { error: { message: expect.stringContaining("store") } } });
      }
      for (const { daemon } of [a, b]) expect(daemon?.err.join("\n")).not.toContain("canary");
    },
  );
});
