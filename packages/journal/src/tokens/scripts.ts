/** Kinds of writing, beyond ASCII, that tokenizers treat differently. */
export const SCRIPTS = [
  "latin",
  "greek",
  "cyrillic",
  "hebrew",
  "arabic",
  "devanagari",
  "indic",
  "thai",
  "kana",
  "han",
  "hangul",
  "emoji",
  "sign",
  "other",
] as const;

export const LATIN: number = SCRIPTS.indexOf("latin");

/** Upper ends of ranges of UTF-16 units from 0x80, and what is written in them. */
const RANGES: readonly (readonly [end: number, script: (typeof SCRIPTS)[number]])[] = [
  [0xbf, "sign"],
  [0x24f, "latin"],
  [0x36f, "other"],
  [0x3ff, "greek"],
  [0x52f, "cyrillic"],
  [0x58f, "other"],
  [0x5ff, "hebrew"],
  [0x8ff, "arabic"],
  [0x97f, "devanagari"],
  [0xdff, "indic"],
  [0xe7f, "thai"],
  [0x10ff, "other"],
  [0x11ff, "hangul"],
  [0x1dff, "other"],
  [0x1eff, "latin"],
  [0x1fff, "greek"],
  [0x2fff, "sign"],
  [0x303f, "sign"],
  [0x30ff, "kana"],
  [0x33ff, "sign"],
  [0x9fff, "han"],
  [0xabff, "other"],
  [0xd7ff, "hangul"],
  [0xdfff, "emoji"],
  [0xfaff, "han"],
  [0xffff, "sign"],
];

const scriptOfBlock = new Uint8Array(0x10000 >> 4).map((_, block) => {
  const range = RANGES.find(([end]) => block << 4 <= end);
  return SCRIPTS.indexOf(range?.[1] ?? "other");
});

/** Which of `SCRIPTS` a UTF-16 unit belongs to, by its number. */
export function scriptOf(unit: number): number {
  return scriptOfBlock[unit >> 4] as number;
}
