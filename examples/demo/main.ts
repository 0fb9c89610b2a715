/** `npm start`: a real MCP server under the traffic of real clients, and what mcp-ops measures of it; beside it a third-party server behind `mcp-ops wrap`, and `mcp-ops sidecar`. */
import { runDemo } from "./demo.ts";
import { HELP, parseOptions } from "./options.ts";

const EXIT_DIFFERENT = 1;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

process.exitCode = await main(process.argv.slice(2)).catch(explain);

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  return (await runDemo(options, process.stdout)) ? 0 : EXIT_DIFFERENT;
}

/** Our own errors say the fix; of any other, everything is worth seeing. */
function explain(error: unknown): number {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const { message = "" } = error as { message?: string };
  if (code === "DEMO_USAGE") return complain(message, EXIT_USAGE);
  if (code === "KIT_PORT_IN_USE") return complain(`${message}\nHere: npm start -- --port 0`, EXIT_FAILED);
  if (String(code).startsWith("KIT_")) return complain(message, EXIT_FAILED);
  console.error(error);
  return EXIT_FAILED;
}

function complain(sentence: string, exitCode: number): number {
  process.stderr.write(`${sentence}\n`);
  return exitCode;
}
