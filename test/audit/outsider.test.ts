import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newLog, play } from "./stage.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) console.log("Skipped: the check by an outsider needs python3 (Debian: python3).");

/** The very program that docs/audit.md shows. */
function program(): string {
  const docs = readFileSync(fileURLToPath(new URL("../../docs/audit.md", import.meta.url)), "utf8");
  const fence = /```python\n([\s\S]*?)```/.exec(docs);
  if (fence === null) throw new Error("docs/audit.md shows no Python program.");
  return fence[1] as string;
}

test.runIf(hasPython)(
  "an outsider verifies the chain with the program of the documentation, and finds an edit",
  async () => {
    const { log, folder } = newLog();
    const { client } = await play("v1", log);
    for (let i = 0; i < 5; i++) await client.callTool({ name: "ok", arguments: { ü: "ö" } });
    await client.readResource({ uri: "story://page/ß" });
    await log.close();
    const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    const run = () =>
      spawnSync("python3", ["-c", program(), ...files.map((name) => join(folder, name))], { encoding: "utf8" });
    const { sequence, hash } = log.head()!;
    expect(run().stdout.trim()).toBe(`ok up to record ${sequence}, hash ${hash}`);
    const file = join(folder, files[0] as string);
    writeFileSync(file, readFileSync(file, "utf8").replace('"outcome":"success"', '"outcome":"denied"'));
    expect(run().status).toBe(1);
    expect(run().stdout + run().stderr).toContain("record 2 ");
  },
);
