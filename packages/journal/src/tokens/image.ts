/**
 * Tokens of an image, by the rule Anthropic documents for its models (platform.claude.com/docs/en/build-with-claude/vision, read in November 2026):
 * width × height / 750 pixels, after scaling so that the longer edge has at most 1568 pixels and the whole at most some 1600 tokens. Newer models may
 * look closer, other makers have other rules; no rule goes by the length of the base64.
 */
const PIXELS_PER_TOKEN = 750;
const LONGEST_EDGE = 1568;
export const MAX_IMAGE_TOKENS = 1600;

/** Far enough into a JPEG to find its size behind a thumbnail. */
const HEAD_CHARS = 128 * 1024;

/** An image whose size cannot be read counts as a large one. */
export function imageTokens(base64: string): number {
  const size = imageSize(Buffer.from(base64.slice(0, HEAD_CHARS), "base64"));
  if (size === undefined) return MAX_IMAGE_TOKENS;
  const scale = Math.min(1, LONGEST_EDGE / Math.max(size.width, size.height));
  const tokens = Math.ceil((size.width * scale * size.height * scale) / PIXELS_PER_TOKEN);
  return Math.min(MAX_IMAGE_TOKENS, tokens);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Reads the size out of the head of a PNG, GIF, WebP or JPEG. */
function imageSize(head: Buffer): Size | undefined {
  if (head.length < 30) return undefined;
  if (head.readUInt32BE(0) === 0x89504e47) return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  const name = head.toString("latin1", 0, 4);
  if (name === "GIF8") return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  if (name === "RIFF") return webpSize(head);
  return head.readUInt16BE(0) === 0xffd8 ? jpegSize(head) : undefined;
}

/** WebP container: lossy, lossless or extended (RFC 9649, section 2). */
function webpSize(head: Buffer): Size | undefined {
  switch (head.toString("latin1", 12, 16)) {
    case "VP8 ":
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** The first frame header among the segments of a JPEG (ITU-T T.81, B.2). */
function jpegSize(head: Buffer): Size | undefined {
  let at = 2;
  while (at + 9 < head.length && head[at] === 0xff) {
    const marker = head[at + 1] as number;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
    at += 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}
