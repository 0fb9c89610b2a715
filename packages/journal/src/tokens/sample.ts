/** A piece of one of several texts. */
interface Window {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What of some texts is looked at. */
export interface Sample {
  readonly windows: readonly Window[];
  /** All characters, divided by those in the windows: what is counted there is multiplied by it. */
  readonly scale: number;
}

const WINDOW_CHARS = 1024;
/** Steps of this size never fall into the rhythm of a table. */
const GOLDEN = 0.618_033_988_75;

/** All of the texts, or where they are longer than `maxChars`, windows spread over them evenly. */
export function sample(texts: readonly string[], maxChars: number): Sample {
  const chars = texts.reduce((sum, { length }) => sum + length, 0);
  if (chars <= maxChars) return { windows: texts.map(whole), scale: 1 };
  const count = Math.max(1, Math.floor(maxChars / WINDOW_CHARS));
  const stride = chars / count;
  const windows: Window[] = [];
  let index = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i + ((i * GOLDEN) % 1) * (1 - WINDOW_CHARS / stride)) * stride);
    while (at >= before + (texts[index] as string).length) before += (texts[index++] as string).length;
    const text = texts[index] as string;
    windows.push({ text, from: at - before, to: Math.min(text.length, at - before + WINDOW_CHARS) });
  }
  return { windows, scale: chars / windows.reduce((sum, { from, to }) => sum + to - from, 0) };
}

function whole(text: string): Window {
  return { text, from: 0, to: text.length };
}
