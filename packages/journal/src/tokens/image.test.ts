import { expect, it } from "vitest";
import { imageTokens, MAX_IMAGE_TOKENS } from "./image.ts";

/** Heads of images of 1000 × 500 pixels, as each format begins. */
const bytes = (hex: string) => Buffer.concat([Buffer.from(hex.replace(/ /g, ""), "hex"), Buffer.alloc(64)]);
const HEADS: Readonly<Record<string, Buffer>> = {
  PNG: bytes("89504e47 0d0a1a0a 0000000d 49484452 000003e8 000001f4 08060000"),
  GIF: bytes("474946383961 e803 f401 f70000"),
  "WebP, lossy": bytes("52494646 00000000 57454250 56503820 00000000 000000 9d012a e803 f401"),
  "WebP, lossless": bytes("52494646 00000000 57454250 5650384c 00000000 2f e7c37c00"),
  "WebP, extended": bytes("52494646 00000000 57454250 56503858 0a000000 00000000 e70300 f30100"),
  JPEG: bytes("ffd8 ffe0 0010 4a46494600010100000100010000 ffc4 0004 0000 ffc0 0011 08 01f4 03e8 03"),
};

it.each(Object.entries(HEADS))("%s counts by its pixels, not by its length", (_, head) => {
  const long = Buffer.concat([head, Buffer.alloc(1_000_000)]);
  expect(imageTokens(head.toString("base64"))).toBe(Math.ceil(500_000 / 750));
  expect(imageTokens(long.toString("base64"))).toBe(Math.ceil(500_000 / 750));
});

it("a large one counts as what is left of it when it was scaled down", () => {
  const png = (width: number, height: number) => {
    const head = Buffer.from(HEADS.PNG as Buffer);
    head.writeUInt32BE(width, 16);
    head.writeUInt32BE(height, 20);
    return imageTokens(head.toString("base64"));
  };
  expect(png(8000, 8000)).toBe(MAX_IMAGE_TOKENS);
  expect(png(3136, 100)).toBe(Math.ceil((1568 * 50) / 750));
  expect(png(1, 1)).toBe(1);
});

it.each(["", "AAAA", "not base64 at all!", Buffer.alloc(100).toString("base64"), "/9j/".repeat(100)])(
  "what is none that can be read counts as a large one: %j",
  (data) => {
    expect(imageTokens(data)).toBe(MAX_IMAGE_TOKENS);
  },
);
