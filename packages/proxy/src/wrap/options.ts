import type { Readable, Writable } from "node:stream";
import type { SignalOptions } from "../signals.ts";

export interface WrapOptions {
  /** The server's program and its arguments. */
  readonly command: readonly string[];
  /** Name of the server in every signal. Default: the one it gives itself. */
  readonly name?: string | undefined;
  /** Where the signals show. */
  readonly signals: Omit<SignalOptions, "server" | "onWarning">;
  /** Ask the server for its lists once, where no client has. Default true. */
  readonly learnTargets?: boolean | undefined;
  /** Longest message that passes, in bytes. Default 64 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** Start the server again when it ends by itself while the client is there. Default false. */
  readonly restart?: boolean | undefined;
  /** The client's side of the pipe. */
  readonly client: { readonly input: Readable; readonly output: Writable };
  /** Told in one sentence what went wrong beside the traffic, which goes on. */
  readonly onWarning: (message: string) => void;
}
