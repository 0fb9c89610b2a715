import { expect, test } from "vitest";
import { newStage } from "../../testing/stage.ts";
import { commandDumper, createBackup } from "../index.ts";

test("a dump that failed says what happened and what to do; its manifest gets the code only", async () => {
  const absent = commandDumper({ name: "absent", program: "/nowhere/export", required: false });
  const args = ["-c", "echo the disk of $TOKEN is gone >&2; exit 4"];
  const broken = commandDumper({ name: "broken", program: "/bin/sh", args, env: { TOKEN: "canary" }, required: false });
  const { store, set } = newStage({ dumpers: [absent, broken] });
  const { result, problems, manifest } = await createBackup(store, set);
  expect(result).toBe("partial");
  expect(problems).toEqual([
    {
      what: "absent",
      status: "failed",
      reason: expect.stringMatching(/export cannot be started\. Give its whole path/),
    },
    { what: "broken", status: "failed", reason: expect.stringMatching(/code 4.*the disk of \[redacted\] is gone/) },
  ]);
  expect(manifest?.sources.flatMap(({ notes }) => notes)).toEqual(["BACKUP_PROGRAM_MISSING", "BACKUP_DUMP_FAILED"]);
});
