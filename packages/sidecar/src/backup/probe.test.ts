import { expect, it } from "vitest";
import { runProbe } from "./probe.ts";

const place = { folder: "/", env: { SHOP_PASSWORD: "hunter2hunter2" } };

function probing(script: string, { timeoutMs = 30_000, program = "/bin/sh" } = {}, restored?: string): Promise<void> {
  const env = { PASSWORD: { env: "SHOP_PASSWORD" } };
  return runProbe({ program, args: ["-c", script], env, timeoutMs }, place, restored === undefined ? {} : { restored });
}

it("takes the word of a program that ends with 0, however much it prints, and tells it where a drill is", async () => {
  await probing('[ "$PASSWORD" = hunter2hunter2 ] && [ "$MCP_OPS_RESTORED" = /tmp/x ] && seq 1 500000', {}, "/tmp/x");
});

it("says how one ended that did not, and never what it printed", async () => {
  const said = await probing('echo "$PASSWORD"; echo "$PASSWORD" >&2; exit 3').catch((error: Error) => error.message);
  expect(said).toBe("the probe /bin/sh ended with code 3; it has 30000 ms");
  const unset = runProbe({ program: "/bin/true", args: [], env: { A: { env: "B" } }, timeoutMs: 50 }, place);
  await expect(unset).rejects.toThrow("The variable B is empty or not set, and probe.env.A needs it.");
  await expect(probing("exec sleep 60", { timeoutMs: 50 })).rejects.toThrow("ended with SIGKILL; it has 50 ms");
  await expect(probing("", { program: "/nowhere" })).rejects.toThrow("the probe /nowhere cannot be run: ENOENT");
});
