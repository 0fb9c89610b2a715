import { type BackupTarget, openS3Target, type S3Identity } from "@mcp-ops/backup";
import { readSecret } from "../config/secrets.ts";
import type { OffsiteSettings, S3IdentitySettings } from "./offsite-settings.ts";
import type { Place } from "./open-set.ts";

/**
 * The bucket of a set.
 * @param key where it stands in the config, for messages
 * @throws SIDECAR_SECRET_UNREADABLE, BACKUP_S3_MISSING
 */
export async function openOffsite(
  key: string,
  settings: OffsiteSettings,
  place: Place,
): Promise<BackupTarget & Disposable> {
  const { bucket, prefix, region, endpoint, identity, deleteIdentity } = settings;
  return openS3Target({
    bucket,
    prefix,
    region,
    endpoint,
    identity: identityOf(`${key}.identity`, identity, place),
    ...(deleteIdentity && { deleteIdentity: identityOf(`${key}.deleteIdentity`, deleteIdentity, place) }),
  });
}

function identityOf(key: string, identity: S3IdentitySettings, { folder, env }: Place): S3Identity {
  const read = (word: keyof S3IdentitySettings) => {
    const reference = identity[word];
    return reference === undefined ? undefined : readSecret(`${key}.${word}`, reference, folder, env);
  };
  const sessionToken = read("sessionToken");
  return {
    accessKeyId: read("accessKeyId") ?? "",
    secretAccessKey: read("secretAccessKey") ?? "",
    ...(sessionToken !== undefined && { sessionToken }),
  };
}
