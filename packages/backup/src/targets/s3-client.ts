import type { S3Client as Sdk } from "@aws-sdk/client-s3";
import { backupError } from "../errors.ts";
import { DEFAULT_S3_ATTEMPTS, type S3Identity, type S3Options } from "./s3-options.ts";
import type { ByteRange } from "./target.ts";

/** A piece of a file with its SHA-256 in base64, which the store compares with what arrives. */
export interface SummedBytes {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export interface S3Part {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
  readonly ChecksumSHA256: string;
}

/** What is asked of a bucket. None of these writes over what is there. */
export interface S3Client {
  head(key: string): Promise<{ readonly bytes: number; readonly sha256: string | undefined } | undefined>;
  get(key: string, range: ByteRange | undefined): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** All that begin so, in order. */
  keys(prefix: string): AsyncIterable<string>;
  /** False when something is there. */
  put(key: string, content: SummedBytes, signal: AbortSignal | undefined): Promise<boolean>;
  startParts(key: string, signal: AbortSignal | undefined): Promise<string>;
  putPart(key: string, upload: string, part: number, content: SummedBytes, signal?: AbortSignal): Promise<S3Part>;
  /** False when something is there. */
  finishParts(key: string, upload: string, parts: readonly S3Part[], signal: AbortSignal | undefined): Promise<boolean>;
  dropParts(key: string, upload: string): Promise<void>;
  delete(key: string): Promise<void>;
  destroy(): void;
}

const CONNECT_MS = 10_000;
/** Without a byte in either direction. */
const SILENCE_MS = 60_000;

export async function loadS3(options: S3Options, identity: S3Identity): Promise<S3Client> {
  const aws = await loadSdk();
  const { bucket: Bucket, region, endpoint, attempts = DEFAULT_S3_ATTEMPTS } = options;
  const sdk: Sdk = new aws.S3Client({
    region,
    credentials: { ...identity },
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // Stores of other makers seldom have a host name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  const asked = <T>(what: string, answer: Promise<T>) => answer.catch((error) => rethrow(what, options, error));
  const sent = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abortSignal: signal });
  const sum = { ChecksumAlgorithm: "SHA256" } as const;
  return {
    async head(Key) {
      const command = new aws.HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" });
      const answer = await asked(`look for ${Key}`, sdk.send(command).catch(undefinedIfMissing));
      return answer && { bytes: answer.ContentLength ?? 0, sha256: answer.ChecksumSHA256 };
    },
    async get(Key, range) {
      const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
      const command = new aws.GetObjectCommand({ Bucket, Key, ...(Range === undefined ? {} : { Range }) });
      const answer = await asked(`read ${Key}`, sdk.send(command).catch(undefinedIfMissing));
      return answer?.Body as AsyncIterable<Uint8Array> | undefined;
    },
    async *keys(Prefix) {
      let ContinuationToken: string | undefined;
      do {
        const page = ContinuationToken === undefined ? {} : { ContinuationToken };
        const command = new aws.ListObjectsV2Command({ Bucket, Prefix, ...page });
        const answer = await asked(`list ${Prefix}`, sdk.send(command));
        for (const { Key } of answer.Contents ?? []) if (Key !== undefined) yield Key;
        ContinuationToken = answer.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    put(Key, { bytes: Body, sha256: ChecksumSHA256 }, signal) {
      const command = new aws.PutObjectCommand({ Bucket, Key, Body, ...sum, ChecksumSHA256, IfNoneMatch: "*" });
      return asked(`write ${Key}`, sdk.send(command, sent(signal)).then(yes, falseIfTaken));
    },
    async startParts(Key, signal) {
      const command = new aws.CreateMultipartUploadCommand({ Bucket, Key, ...sum });
      const { UploadId } = await asked(`write ${Key}`, sdk.send(command, sent(signal)));
      return UploadId ?? "";
    },
    async putPart(Key, UploadId, PartNumber, { bytes: Body, sha256: ChecksumSHA256 }, signal) {
      const part = { Bucket, Key, UploadId, PartNumber, Body, ...sum, ChecksumSHA256 };
      const { ETag } = await asked(`write ${Key}`, sdk.send(new aws.UploadPartCommand(part), sent(signal)));
      return { PartNumber, ETag, ChecksumSHA256 };
    },
    finishParts(Key, UploadId, parts, signal) {
      const MultipartUpload = { Parts: [...parts] };
      const all = { Bucket, Key, UploadId, MultipartUpload, IfNoneMatch: "*" };
      const command = new aws.CompleteMultipartUploadCommand(all);
      return asked(`write ${Key}`, sdk.send(command, sent(signal)).then(yes, falseIfTaken));
    },
    async dropParts(Key, UploadId) {
      await asked(`clear ${Key}`, sdk.send(new aws.AbortMultipartUploadCommand({ Bucket, Key, UploadId })));
    },
    async delete(Key) {
      await asked(`remove ${Key}`, sdk.send(new aws.DeleteObjectCommand({ Bucket, Key })));
    },
    destroy: () => sdk.destroy(),
  };
}

async function loadSdk(): Promise<typeof import("@aws-sdk/client-s3")> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (cause) {
    throw backupError("BACKUP_S3_MISSING", "S3 needs a package of its own. Run: npm install @aws-sdk/client-s3", cause);
  }
}

const yes = () => true;

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

function undefinedIfMissing(error: unknown): undefined {
  if (statusOf(error) !== 404 || (error as Error).name === "NoSuchBucket") throw error;
}

function falseIfTaken(error: unknown): boolean {
  if (statusOf(error) === 412) return false;
  throw error;
}

const FIXES: Readonly<Record<string, string>> = {
  AccessDenied: "Give this identity the right to do that, or use one that has it (`deleteIdentity` for removing).",
  NoSuchBucket: "Make the bucket, or correct its name.",
  BadDigest: "The bytes changed on their way. Try again.",
  InvalidAccessKeyId: "Correct the access key.",
  SignatureDoesNotMatch: "Correct the secret key, and check this machine's clock.",
};

function rethrow(what: string, { bucket }: S3Options, error: unknown): never {
  const { name, code } = error as { name?: string; code?: string };
  if (name === "AbortError") throw error;
  const reason = code ?? name ?? "no reason given";
  const fix = FIXES[name ?? ""] ?? "Try again; see that the store can be reached.";
  throw backupError("BACKUP_S3_FAILED", `The bucket ${bucket} did not ${what}: ${reason}. ${fix}`, error);
}
