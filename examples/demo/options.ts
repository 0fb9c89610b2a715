import { OpsError } from "@mcp-ops/formats";
import { parseDuration } from "./duration.ts";

/** What a person may say behind `npm start --`. */
export interface DemoOptions {
  /** Ends by itself after this; undefined runs until Ctrl-C. */
  readonly forMs: number | undefined;
  /** Port of `/metrics`; undefined leaves it to the kit (9464). */
  readonly port: number | undefined;
  readonly seed: number;
  /** Where traces go; undefined leaves it to the variables of OpenTelemetry. */
  readonly traces: TracesFlag | undefined;
  /** Leaves everything it wrote where it is. */
  readonly keep: boolean;
  readonly help: boolean;
}

const TRACES = ["otlp", "console", "none"] as const;
export type TracesFlag = (typeof TRACES)[number];

export const HELP = `A real MCP server under the traffic of real clients, and what mcp-ops measures of it.
Beside it a third-party server behind mcp-ops wrap, and mcp-ops sidecar, which shows both at one address and
backs up the config of their client. The demo breaks that config, and puts it back. And two nodes of a small server,
of which one leads: k kills that one, the other leads, and the first comes back as a standby. Where no key can be
pressed, the demo kills it once by itself.

  npm start                    until Ctrl-C
  npm start -- --for 10s       ends by itself, with a summary

  --for <duration>   how long to run: 500ms, 10s, 2m, 1h
  --port <port>      port of /metrics, /health and /audit/head; default 9464, and 0 takes a free one.
                     The sidecar always takes free ones
  --seed <number>    another seed, other traffic; default 1
  --traces <where>   otlp: to OTEL_EXPORTER_OTLP_ENDPOINT, or localhost:4318; console: to stderr; none: nowhere.
                     Default: otlp when that variable is set, else none
  --keep             leaves audit log, config and backups where they are; without it, the folder is removed at the end
  --help             this page

Exit code: 0 when clients, metrics, sidecar and audit log say the same, the log is intact, the broken config was put
back and a standby led after its primary was killed; 1 when not, or when nothing could start; 2 for a wrong option. A wrapped server that cannot start is a line, and changes nothing.
`;

type Flag = (value: string, draft: DemoOptions) => DemoOptions;

const FLAGS: Readonly<Record<string, Flag>> = {
  "--for": (value, draft) => ({
    ...draft,
    forMs: parseDuration(value) ?? wrong("--for", value, "a duration up to a day, such as 10s, 2m or 1h"),
  }),
  "--port": (value, draft) => ({
    ...draft,
    port: whole(value, 65_535) ?? wrong("--port", value, "a port from 0 to 65535, where 0 takes a free one"),
  }),
  "--seed": (value, draft) => ({
    ...draft,
    seed: whole(value, 2 ** 32 - 1) ?? wrong("--seed", value, "a whole number from 0 to 4294967295"),
  }),
  "--traces": (value, draft) => ({
    ...draft,
    traces: TRACES.find((where) => where === value) ?? wrong("--traces", value, "otlp, console or none"),
  }),
};

const ALL = "--for, --port, --seed, --traces, --keep and --help";

const DEFAULTS: DemoOptions = {
  forMs: undefined,
  port: undefined,
  seed: 1,
  traces: undefined,
  keep: false,
  help: false,
};

/** Reads the arguments. Throws an OpsError `DEMO_USAGE` that says the fix. */
export function parseOptions(args: readonly string[]): DemoOptions {
  let options = DEFAULTS;
  const left = args.flatMap((arg) => (arg.startsWith("--") && arg.includes("=") ? splitOnce(arg) : [arg]));
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === "--help" || name === "-h") return { ...options, help: true };
    if (name === "--keep") {
      options = { ...options, keep: true };
      continue;
    }
    const flag = FLAGS[name] ?? unknown(name);
    const value = left.shift() ?? usage(`${name} needs a value. See npm start -- --help.`);
    options = flag(value, options);
  }
  return options;
}

function splitOnce(arg: string): string[] {
  const at = arg.indexOf("=");
  return [arg.slice(0, at), arg.slice(at + 1)];
}

function whole(text: string, max: number): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}

function unknown(name: string): never {
  if (name.startsWith("-")) return usage(`There is no option ${name}. There are ${ALL}.`);
  // npm keeps options for itself that come before its own --, and hands over only their values.
  return usage(`"${name}" stands alone. Options come behind two dashes: npm start -- --for 10s.`);
}

function wrong(name: string, value: string, fix: string): never {
  return usage(`${name} cannot be "${value}". Give ${fix}.`);
}

export function usage(sentence: string): never {
  throw new OpsError("DEMO_USAGE", sentence);
}
