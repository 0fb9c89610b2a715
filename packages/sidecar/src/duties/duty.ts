import type { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import type { Family, Format } from "../exposition/family.ts";
import type { LedgerShare } from "../ledger-share.ts";
import type { AdminRoute } from "../listeners/admin-route.ts";
import type { ProbePage } from "../listeners/probe-page.ts";
import type { Log } from "../log.ts";

/** What a duty says of itself, for `/health` (the word) and the admin API (the rest). */
export interface DutyStatus {
  /** A duty that runs but is not content degrades the health of the daemon. */
  readonly content: boolean;
  /** One sentence for people. Without secrets. */
  readonly message: string;
}

/** What the daemon gives a duty. */
export interface DutyContext {
  readonly log: Log;
  /** The embedded state. A duty has tables of its own, made by a migration in state/migrations.ts. */
  readonly state: DatabaseSync;
  /** What the exchanges and the machine took, where another duty keeps it. */
  readonly ledger: LedgerShare;
  /** What another section of the config says now. A duty is not started anew when that changes, but for those its plan is `alsoOf`. */
  section(name: string): object | undefined;
  /** The folder against which paths of the config are read. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The options with which the command `mcp-ops` reads this config: for what a person is told to type. */
  readonly configFlags: readonly string[];
  /** To be called when the duty can no longer do its work: it is stopped, and started anew after a while. */
  fail(error: unknown): void;
}

/** Work the daemon does besides listening: one module each. Nothing it throws reaches another duty. */
export interface Duty {
  start(context: DutyContext): Promise<void>;
  /** Ends its work; what is not done when the signal aborts is left. */
  stop(deadline: AbortSignal): Promise<void>;
  status(): DutyStatus;
  /** What it adds to `/metrics`, in this format. */
  metrics?(format: Format): Promise<readonly Family[]>;
  /** What it adds to the admin API, under `/api/v1/<base>`. */
  readonly routes?: readonly AdminRoute[];
  /** What it adds to the listener `probes`. Of `/readyz` there may be several: the daemon is ready when all of them are. */
  readonly pages?: readonly ProbePage[];
  /** Default: the name of the duty. */
  readonly base?: string;
}

/** A kind of duty: its name, its section of the config, and how it is made. `open` is called anew after every change of the section. */
export interface DutyPlan {
  /** Also the name of its section of the config. */
  readonly name: string;
  readonly section: z.ZodType<object>;
  /** Other sections of which a change starts the duty anew. */
  readonly alsoOf?: readonly string[];
  /** Keys of the section that only a file may say, and no variable: what is run here. */
  readonly onlyInFiles?: readonly string[];
  open(section: object): Duty;
  /** How long its stop may take when all goes in order, in milliseconds. */
  endsWithinMs?(section: object): number;
}

/** A plan whose section is typed. */
export function dutyPlan<Section extends object>(plan: {
  readonly name: string;
  readonly section: z.ZodType<Section>;
  readonly alsoOf?: readonly string[];
  readonly onlyInFiles?: readonly string[];
  readonly open: (section: Section) => Duty;
  readonly endsWithinMs?: (section: Section) => number;
}): DutyPlan {
  // The daemon gives a plan what its own schema has accepted, and nothing else.
  return plan as unknown as DutyPlan;
}
