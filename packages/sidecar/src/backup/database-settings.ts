import { z } from "zod";
import { path, type SecretReference, secret } from "../config/sections.ts";
import { absolute, named, secretVariables } from "./fields.ts";

interface PostgresSettings {
  readonly kind: "postgres";
  readonly required: boolean;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user: string;
  readonly database: string;
  readonly password?: SecretReference | undefined;
  readonly sslMode?: string | undefined;
  readonly sslRootCert?: string | undefined;
  readonly binFolder?: string | undefined;
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
}

/** A database that is saved by asking it. */
export type DatabaseSettings = PostgresSettings | SqliteSettings | CommandSettings;

const required = z.boolean().default(true);

const oneDatabase: z.ZodType<DatabaseSettings> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("postgres"),
      required,
      host: path.optional(),
      port: z.number().int().min(1).max(65_535).optional(),
      user: path,
      database: path,
      password: secret.optional(),
      sslMode: z.enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]).optional(),
      sslRootCert: path.optional(),
      binFolder: path.optional(),
    }),
    z.strictObject({ kind: z.literal("sqlite"), required, path }),
    z.strictObject({
      kind: z.literal("command"),
      required,
      program: absolute("/usr/local/bin/export-wiki"),
      args: z.array(z.string()).default([]),
      env: secretVariables(),
    }),
  ],
  { error: "must have a kind: postgres, sqlite or command" },
);

export const databaseSettings: z.ZodType<Readonly<Record<string, DatabaseSettings>>> = z
  .record(named("shop"), oneDatabase)
  .default({})
  .describe("Databases by names of your own: kind postgres, sqlite or command, which saves what a program prints.")
  .meta({
    examples: [
      {
        shop: {
          kind: "postgres",
          host: "db.internal",
          user: "backup",
          database: "shop",
          password: { file: "/etc/mcp-ops/shop-password" },
        },
        notes: { kind: "sqlite", path: "/srv/notes.db", required: false },
        wiki: {
          kind: "command",
          program: "/usr/local/bin/export-wiki",
          args: ["--all"],
          env: { LANG: { env: "LANG" } },
        },
      },
    ],
  });
