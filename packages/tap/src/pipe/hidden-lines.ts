/** Besides the newline, these end a line for Python's text streams (CR) or Node's `readline` (all three). */
const ENDS = ["\r", "\u2028", "\u2029"].map((end) => Buffer.from(end));

/** The lines that some servers find where the protocol has one, each with its end; undefined where there is but one. */
export function hiddenLines(line: Buffer): readonly Buffer[] | undefined {
  const cuts = ENDS.flatMap((end) => cutsAt(line, end)).sort((a, b) => a - b);
  if (cuts.length === 0) return undefined;
  return [0, ...cuts].map((from, i) => line.subarray(from, cuts[i] ?? line.length));
}

/** Behind each such end, but for the CR of a line's own end. */
function cutsAt(line: Buffer, end: Buffer): number[] {
  const cuts: number[] = [];
  for (let at = line.indexOf(end); at !== -1; at = line.indexOf(end, at + end.length)) {
    if (at + end.length < line.length - 1) cuts.push(at + end.length);
  }
  return cuts;
}
