import { readFileSync, writeFileSync } from "node:fs";
import { openSchedule } from "@mcp-ops/backup";

/** A program that keeps a schedule, and what it must remember in a file: `schedule-program <expression> <file> <how long a run takes, in seconds>`. Its clocks are those of Vienna. */
process.env.TZ = "Europe/Vienna";
const [expression = "", file = "", seconds = "1"] = process.argv.slice(2);

function lastSucceededAt(): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

openSchedule({
  expression,
  lastSucceededAt: lastSucceededAt(),
  async run() {
    console.log(`start ${Date.now()}`);
    await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
    writeFileSync(file, String(Date.now()));
    console.log(`end ${Date.now()}`);
  },
});
console.log(`ready ${Date.now()}`);
process.stdin.resume();
