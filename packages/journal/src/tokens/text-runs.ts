import { LATIN, SCRIPTS, scriptOf } from "./scripts.ts";

/**
 * Cuts a text into the runs that byte-pair tokenizers cut it into before they merge anything: words, groups of digits, punctuation, white space.
 * How many tokens a run becomes depends on its kind and length; `weights.ts` says how.
 */

/** What a text is made of: how many runs of each kind, and how many characters are in them. */
export type Runs = Float64Array;

/** Places in `Runs`. */
const RUN = {
  digits: 0,
  punctuation: 1,
  longPunctuation: 2,
  breaks: 3,
  blanks: 4,
  /** Letters in runs where letters, digits and cases alternate, as in ids and base64. */
  randomLetters: 5,
  /** A single sign before a word, as in `.name` or `(x`: the two may merge. */
  signedWords: 6,
  /** Words in ASCII letters, of 1, 2, 3 … 5, 6 … 8, 9 … 11, 12 … 15 and more letters. */
  words: 7,
  /** Two places for each script: its words, and its characters. */
  scripts: 14,
} as const;
const PLACE_OF_LENGTH = [0, 0, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5] as const;
const LONG_WORDS = 6;

export const RUN_PLACES: number = RUN.scripts + 2 * SCRIPTS.length;

const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const BLANK = 4;
const BREAK = 5;
const SIGN = 6;
const FOREIGN = 7;

/** By UTF-16 unit. */
const kinds = new Uint8Array(0x10000).map((_, unit) => {
  if (unit >= 128) return FOREIGN;
  const char = String.fromCharCode(unit);
  if (/[a-z]/.test(char)) return LOWER;
  if (/[A-Z]/.test(char)) return UPPER;
  if (/\d/.test(char)) return DIGIT;
  if (/[\r\n]/.test(char)) return BREAK;
  return /\s/.test(char) ? BLANK : SIGN;
});

function kindOf(unit: number): number {
  return kinds[unit] as number;
}

/** Adds what is between `from` and `to` in a text. */
export function addRuns(runs: Runs, text: string, from: number, to: number): void {
  let at = from;
  let before = BREAK;
  while (at < to) {
    const start = at;
    const kind = kindOf(text.charCodeAt(at++));
    if (kind === FOREIGN) at = addForeign(runs, text, start, to);
    else {
      // Most words are a letter and small letters, and need no closer look.
      const alike = kind === UPPER ? LOWER : kind;
      while (at < to && kindOf(text.charCodeAt(at)) === alike) at++;
      const after = at < to ? kindOf(text.charCodeAt(at)) : BREAK;
      if (kind > DIGIT) addBetween(runs, kind, at - start, before, after);
      else if (after <= DIGIT) at = addWord(runs, text, start, to);
      else if (kind === DIGIT) bump(runs, RUN.digits, thirds(at - start));
      else bump(runs, placeOfWord(at - start));
    }
    before = kind;
  }
}

/** White space and punctuation. A line break joins the sign before it; a single blank, and mostly a single sign, the word behind it. */
function addBetween(runs: Runs, kind: number, length: number, before: number, after: number): void {
  if (kind === BREAK) {
    if (before !== SIGN) bump(runs, RUN.breaks);
  } else if (kind === BLANK) {
    if (length > 1 || after === DIGIT) bump(runs, RUN.blanks);
  } else if (length === 1 && after <= UPPER) bump(runs, RUN.signedWords);
  else if (length > 3) bump(runs, RUN.longPunctuation, thirds(length));
  else bump(runs, RUN.punctuation);
}

/** Stretches of a run of ASCII letters and digits: `getUserId2` has `get`, `User`, `Id` and `2`. */
const stretches = new Uint16Array(64);

/** A run of letters and digits: words, or something random. Gives its end. */
function addWord(runs: Runs, text: string, start: number, to: number): number {
  let at = start;
  let count = 0;
  let letters = 0;
  let before = 0;
  let began = start;
  for (; at < to && count < stretches.length; at++) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind > DIGIT) break;
    if (at > start && isCut(before, kind)) {
      stretches[count++] = at - began;
      began = at;
    }
    if (kind === DIGIT) {
      const end = endOfDigits(text, at, to);
      bump(runs, RUN.digits, thirds(end - at));
      at = end - 1;
      began = end;
    } else letters++;
    before = kind;
  }
  if (at > began && before !== DIGIT) stretches[count++] = at - began;
  addLetters(runs, count, letters, at - start);
  return at;
}

/** Between the letters `aB`, and between letters and digits. */
function isCut(before: number, kind: number): boolean {
  return before !== kind && before !== DIGIT && !(before === UPPER && kind === LOWER);
}

function endOfDigits(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && kindOf(text.charCodeAt(at)) === DIGIT) at++;
  return at;
}

/** Names have stretches of some length; what is random changes its kind at every second character or so. */
const SHORTEST_RANDOM = 8;
const LONGEST_RANDOM_STRETCH = 2.7;

function addLetters(runs: Runs, count: number, letters: number, length: number): void {
  if (length >= SHORTEST_RANDOM && count > 1 && letters < count * LONGEST_RANDOM_STRETCH)
    return bump(runs, RUN.randomLetters, letters);
  for (let i = 0; i < count; i++) bump(runs, placeOfWord(stretches[i] as number));
}

function placeOfWord(letters: number): number {
  return RUN.words + (PLACE_OF_LENGTH[letters] ?? LONG_WORDS);
}

/** Letters and signs beyond ASCII; in Latin writing with the ASCII letters among them. */
function addForeign(runs: Runs, text: string, start: number, to: number): number {
  const script = scriptOf(text.charCodeAt(start));
  let at = start + 1;
  for (; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 128 ? script !== LATIN || kindOf(unit) > UPPER : scriptOf(unit) !== script) break;
  }
  bump(runs, RUN.scripts + 2 * script);
  bump(runs, RUN.scripts + 2 * script + 1, at - start);
  return at;
}

function thirds(length: number): number {
  return ((length + 2) / 3) | 0;
}

function bump(runs: Runs, place: number, by = 1): void {
  (runs[place] as number) += by;
}
