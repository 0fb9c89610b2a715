/** The same bytes in pieces of this size, but for the last; a piece is its taker's alone. */
export async function* inPieces(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
  newPiece: () => Uint8Array = () => Buffer.allocUnsafeSlow(size),
): AsyncGenerator<Uint8Array> {
  let piece = newPiece();
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < size) continue;
      yield piece;
      piece = newPiece();
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
