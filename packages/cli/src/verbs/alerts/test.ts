import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SHIPPED } from "@mcp-ops/alerts";
import { EXIT } from "../../exit-codes.ts";
import { type ExportedFile, exportFiles } from "../../export-files.ts";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";
import { promtool } from "./promtool.ts";

interface Flags {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const PARTS = ["rules", "tests"] as const;

export const addTest: Verb = (group, terminal, end) => {
  const verb = group
    .command("test")
    .description(
      "Have promtool check the rules as they are shipped, and try that each alert fires when it shall and stays silent when it shall.",
    )
    .option("--out <folder>", "copy rules/ and tests/ there and try those, to begin tests of your own with")
    .option("--force", "replace copies that somebody has changed")
    .action(async ({ out, force = false, json }: Flags) => {
      const folder = out ?? fileURLToPath(SHIPPED);
      if (out !== undefined) for (const part of PARTS) await exportFiles(join(out, part), shipped(part), { force });
      const verdicts = [await verdictOf("check", folder), await verdictOf("test", folder)];
      for (const { step, said } of verdicts) if (!json) terminal.out(`promtool ${step} rules\n${said.trim()}`);
      const isSound = verdicts.every(({ ok }) => ok);
      terminal.out(json ? JSON.stringify({ ok: isSound, steps: verdicts }) : verdictText(isSound));
      end(isSound ? EXIT.ok : EXIT.failed);
    });
  addExamples(verb, [
    ["mcp-ops alerts test", "do the alerts fire here, with this promtool?"],
    [
      "mcp-ops alerts test --out monitoring",
      "the same with copies, which stay: promtool test rules monitoring/tests/*.yaml",
    ],
  ]);
};

function shipped(part: (typeof PARTS)[number]): readonly ExportedFile[] {
  const folder = new URL(`${part}/`, SHIPPED);
  return readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
}

async function verdictOf(step: "check" | "test", folder: string) {
  const part = join(folder, step === "check" ? "rules" : "tests");
  const files = readdirSync(part).filter((name) => name.endsWith(".yaml"));
  return { step, ...(await promtool(step, "rules", ...files.map((name) => join(part, name)))) };
}

function verdictText(isSound: boolean): string {
  return isSound
    ? "Every alert fires when it shall, and stays silent when it shall."
    : "Not as it shall be: see above.";
}
