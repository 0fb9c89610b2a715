import { estimating } from "./estimate.ts";
import { imageTokens } from "./image.ts";
import type { Reading } from "./read-by-model.ts";

/** Bytes per token of compact JSON that nobody has looked at (docs/cost.md). */
const JSON_BYTES_PER_TOKEN = 2.75;

/** Tokens of images, and of what was not looked at, in small steps. */
export function* countingRest({ images, scale, unseenBytes }: Reading): Generator<void, number> {
  let tokens = 0;
  for (const image of images) {
    tokens += imageTokens(image);
    yield;
  }
  return Math.round(tokens * scale) + tokensOfBytes(unseenBytes);
}

/** Tokens of the texts, in small steps. */
export function* countingTexts({ texts, scale }: Reading): Generator<void, number> {
  return Math.round((yield* estimating(texts)) * scale);
}

/** The estimate for JSON of which only the size is known. */
export function tokensOfBytes(bytes: number): number {
  return Math.round(bytes / JSON_BYTES_PER_TOKEN);
}
