/** Other text in the place of some. */
export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** The text with all edits made. They must not overlap; their order does not matter. */
export function applied(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let kept = 0;
  for (const { offset, length, content } of edits.toSorted((a, b) => a.offset - b.offset)) {
    parts.push(text.slice(kept, offset), content);
    kept = offset + length;
  }
  return parts.join("") + text.slice(kept);
}
