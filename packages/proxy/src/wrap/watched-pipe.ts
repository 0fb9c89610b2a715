import { basename } from "node:path";
import type { Writable } from "node:stream";
import { METRIC } from "@mcp-ops/formats";
import { defaultMetrics, type Fleet, fleet } from "@mcp-ops/kit";
import { DEFAULT_MAX_MESSAGE_BYTES, type Pipeline, PipeTap } from "@mcp-ops/tap";
import { openSignals, type Signals } from "../signals.ts";
import type { WrapOptions } from "./options.ts";

/** The pipe with all that watches it. */
export interface WatchedPipe {
  readonly tap: PipeTap;
  readonly signals: Signals;
  readonly fleet: Fleet;
}

/** The streams behind the two ends of the pipe, as they are now. */
export interface Streams {
  toServer: Writable | undefined;
  readonly toClient: Writable;
}

/** Opens the signals and puts the tap between the streams. */
export async function watchPipe(options: WrapOptions, streams: Streams): Promise<WatchedPipe> {
  const { command, name, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, onWarning } = options;
  const onSignalWarning = (error: unknown) => onWarning(error instanceof Error ? error.message : String(error));
  // What has to be named before the server has said a word is named after its program.
  const fallback = basename(command[0] ?? "") || "mcp-server";
  const signals = await openSignals({ ...options.signals, server: name ?? fallback, onWarning: onSignalWarning });
  const figures = fleet(defaultMetrics());
  const tap = new PipeTap(
    pipelineOf(signals, options),
    {
      toServer: (bytes) => write(streams.toServer, bytes),
      toClient: (bytes) => write(streams.toClient, bytes),
      onPassedLine: (from) => figures.count(METRIC.passedLines, tap.server, from),
      onTooLong: (from, bytes) => {
        figures.count(METRIC.oversizeMessages, tap.server, from);
        onWarning(
          `A message of ${bytes} bytes from the ${from} did not pass, because the limit is ${maxMessageBytes}. Raise it with --max-message-size.`,
        );
      },
    },
    maxMessageBytes,
  );
  return { tap, signals, fleet: figures };
}

function pipelineOf({ pipeline }: Signals, { name, learnTargets = true }: WrapOptions): Pipeline {
  return { ...pipeline, server: name, learnTargets };
}

/** A side that is gone takes nothing; its other side is told by the end of its own stream. */
function write(stream: Writable | undefined, bytes: Buffer): void {
  if (stream?.writable === true) stream.write(bytes);
}
