import type { ConfigSource, LoadedConfig } from "./config/load.ts";
import { readTls, readToken, type TlsFiles } from "./config/secrets.ts";
import type { Secrets } from "./log.ts";

/** What the references of a config lead to. */
export interface Credentials {
  readonly token: string | undefined;
  readonly tls: TlsFiles | undefined;
}

/** Follows the references. What is read is concealed from now on wherever the daemon speaks. */
export function credentialsOf(
  { config, folder }: LoadedConfig,
  env: ConfigSource["env"],
  secrets: Secrets,
): Credentials {
  const { token: reference, tls: files } = config.admin;
  const token = reference === undefined ? undefined : readToken("admin.token", reference, folder, env);
  const tls = files === undefined ? undefined : readTls("admin.tls", files, folder);
  if (token !== undefined) secrets.add(token);
  return { token, tls };
}
