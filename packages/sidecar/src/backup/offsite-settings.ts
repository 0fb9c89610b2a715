import { z } from "zod";
import { path, type SecretReference, secret } from "../config/sections.ts";

export interface S3IdentitySettings {
  readonly accessKeyId: SecretReference;
  readonly secretAccessKey: SecretReference;
  readonly sessionToken?: SecretReference | undefined;
}

/** A bucket that gets a copy of each backup. */
export interface OffsiteSettings {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly identity: S3IdentitySettings;
  readonly deleteIdentity?: S3IdentitySettings | undefined;
  readonly allowPlaintext: boolean;
}

const identity: z.ZodType<S3IdentitySettings> = z.strictObject({
  accessKeyId: secret.describe("Where the key's id is.").meta({ examples: [{ env: "BACKUP_S3_KEY_ID" }] }),
  secretAccessKey: secret
    .describe("Where its secret is.")
    .meta({ examples: [{ file: "/etc/mcp-ops/backup-s3-secret" }] }),
  sessionToken: secret
    .optional()
    .describe("Where its session token is, if it has one.")
    .meta({ examples: [{ env: "BACKUP_S3_SESSION" }] }),
});

export const offsiteSettings: z.ZodType<OffsiteSettings> = z
  .strictObject({
    bucket: path.describe("Its name.").meta({ examples: ["my-backups"] }),
    prefix: path
      .optional()
      .describe("Before the name of the set.")
      .meta({ examples: ["mcp/"] }),
    region: path.default("us-east-1").describe("Where it is."),
    endpoint: z
      .url()
      .optional()
      .describe("For other stores than Amazon's.")
      .meta({ examples: ["https://s3.example.com"] }),
    identity: identity.describe("Writes and reads; needs no right to delete."),
    deleteIdentity: identity
      .optional()
      .describe("Removes. Better kept on another machine: then nobody removes from here."),
    allowPlaintext: z
      .boolean()
      .default(false)
      .describe("Send backups that are not encrypted and signed: whoever reads the bucket reads every secret in them."),
  })
  .describe("An S3 bucket to which each good backup is copied. Needs the package @aws-sdk/client-s3.");
