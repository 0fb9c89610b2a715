import { DEFAULT_DUMP_MS } from "@mcp-ops/backup";
import { z } from "zod";
import { path, type SecretReference, secret } from "../config/sections.ts";
import { absolute, named, secretVariables } from "./fields.ts";
import { type ProbeSettings, probeSettings } from "./probe-settings.ts";

/** Which database of PostgreSQL, and as whom. */
export interface PostgresPlace {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user: string;
  readonly database: string;
  readonly password?: SecretReference | undefined;
  readonly sslMode?: string | undefined;
  readonly sslRootCert?: string | undefined;
  readonly binFolder?: string | undefined;
}

interface PostgresSettings extends PostgresPlace {
  readonly kind: "postgres";
  readonly required: boolean;
  readonly timeoutMs: number;
  /** The server that is to take what a drill restores; default: the same one. */
  readonly drill?: PostgresPlace | undefined;
}

interface SqliteSettings {
  readonly kind: "sqlite";
  readonly required: boolean;
  readonly path: string;
}

interface CommandSettings {
  readonly kind: "command";
  readonly required: boolean;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, SecretReference>>;
  readonly timeoutMs: number;
  /** Restores its dump somewhere where it can be thrown away. */
  readonly drill?: ProbeSettings | undefined;
}

/** A database that is saved by asking it. */
export type DatabaseSettings = PostgresSettings | SqliteSettings | CommandSettings;

const required = z.boolean().default(true);
/** Timers of Node go to 24 days; a dump of more than one is none for a nightly backup. */
const timeoutMs = z.number().int().min(1_000).max(86_400_000).default(DEFAULT_DUMP_MS);

const postgresPlace = {
  host: path.optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  user: path,
  database: path,
  password: secret.optional(),
  sslMode: z.enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]).optional(),
  sslRootCert: path.optional(),
  binFolder: path.optional(),
};

const oneDatabase: z.ZodType<DatabaseSettings> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("postgres"),
      required,
      ...postgresPlace,
      timeoutMs,
      drill: z.strictObject(postgresPlace).optional(),
    }),
    z.strictObject({ kind: z.literal("sqlite"), required, path }),
    z.strictObject({
      kind: z.literal("command"),
      required,
      program: absolute("/usr/local/bin/export-wiki"),
      args: z.array(z.string()).default([]),
      env: secretVariables(),
      timeoutMs,
      drill: probeSettings.optional(),
    }),
  ],
  { error: "must have a kind: postgres, sqlite or command" },
);

export const databaseSettings: z.ZodType<Readonly<Record<string, DatabaseSettings>>> = z
  .record(named("shop"), oneDatabase)
  .default({})
  .describe(
    "Databases by names of your own: kind postgres, sqlite or command, which saves what a program prints. drill: where, or by which program, a drill restores it.",
  )
  .meta({
    examples: [
      {
        shop: {
          kind: "postgres",
          host: "db.internal",
          user: "backup",
          database: "shop",
          password: { file: "/etc/mcp-ops/shop-password" },
          drill: { host: "scratch.internal", user: "drill", database: "postgres" },
        },
        notes: { kind: "sqlite", path: "/srv/notes.db", required: false },
        wiki: {
          kind: "command",
          program: "/usr/local/bin/export-wiki",
          args: ["--all"],
          env: { LANG: { env: "LANG" } },
          timeoutMs: 600_000,
          drill: { program: "/usr/local/bin/import-wiki" },
        },
      },
    ],
  });
