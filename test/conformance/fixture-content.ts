/** The pictures, sounds and sentences that the suite's scenarios ask a server to give back. */

export interface TextBlock {
  type: "text";
  text: string;
}

export interface ToolResult {
  content: Array<
    | TextBlock
    | { type: "image" | "audio"; data: string; mimeType: string }
    | { type: "resource"; resource: { uri: string; mimeType: string; text: string } }
  >;
  [key: string]: unknown;
}

export const redPixelPng =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

/** A RIFF header with one silent 8-bit sample: the smallest file that is still a WAV. */
const silentWav = Buffer.concat([
  Buffer.from("RIFF"),
  uint32(38),
  Buffer.from("WAVEfmt "),
  uint32(16),
  Buffer.from([1, 0, 1, 0]),
  uint32(8000),
  uint32(8000),
  Buffer.from([1, 0, 8, 0]),
  Buffer.from("data"),
  uint32(1),
  Buffer.from([128, 0]),
]).toString("base64");

export const image: { type: "image"; data: string; mimeType: string } = {
  type: "image",
  data: redPixelPng,
  mimeType: "image/png",
};

export const audio: { type: "audio"; data: string; mimeType: string } = {
  type: "audio",
  data: silentWav,
  mimeType: "audio/wav",
};

export function text(words: string): TextBlock {
  return { type: "text", text: words };
}

export function answer(words: string): ToolResult {
  return { content: [text(words)] };
}

export function embedded(uri: string, mimeType: string, words: string): ToolResult["content"][number] {
  return { type: "resource", resource: { uri, mimeType, text: words } };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
