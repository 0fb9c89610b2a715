import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 50;

/** Settles when the stream has closed, or nothing has come for so long although there was room. While it `isBusy`, silence does not count. */
export async function whenQuiet(stream: Socket, quietMs: number, isBusy: () => boolean = () => false): Promise<void> {
  let quietSince = performance.now();
  let bytesRead = -1;
  while (!stream.destroyed && performance.now() - quietSince < quietMs) {
    // What nobody takes lies here, also while a slow reader has the stream paused.
    if (stream.readableLength > 0 || stream.bytesRead !== bytesRead || isBusy()) {
      quietSince = performance.now();
      bytesRead = stream.bytesRead;
    }
    await pause(LOOK_MS);
  }
}
