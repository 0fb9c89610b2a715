/** Whose rights are used. */
export interface S3Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3Options {
  readonly bucket: string;
  /** Before the name of the set, such as `backups/`. */
  readonly prefix?: string | undefined;
  readonly region: string;
  /** For other stores than Amazon's: `https://s3.example:9000`. */
  readonly endpoint?: string | undefined;
  /** Writes and reads; needs no right to delete. */
  readonly identity: S3Identity;
  /** Removes. Keep it elsewhere than the first: who can take over this machine can then not remove what it sent away. */
  readonly deleteIdentity?: S3Identity | undefined;
  /** Larger files go in parts of this size, of which one is in memory at a time. */
  readonly partBytes?: number | undefined;
  /** How often a request is tried in all. */
  readonly attempts?: number | undefined;
}

/** Above the 5 MiB that S3 demands; ten thousand of these make 160 GB. */
export const S3_PART_BYTES: number = 16 * 1024 * 1024;
/** With the back-off of the SDK: through some seconds of trouble. */
export const DEFAULT_S3_ATTEMPTS = 4;
