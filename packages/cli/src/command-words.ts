import { usageError } from "./complaint.ts";

const WORD = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gsy;
const PART = /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^"'\\]+)/gs;

/**
 * The words of a command line as a POSIX shell quotes them: spaces part, quotes and backslashes keep. Nothing is expanded, and
 * no shell runs.
 */
export function commandWords(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== "") {
    WORD.lastIndex = 0;
    const [word] = WORD.exec(rest) ?? [];
    if (word === undefined || !/^\s|^$/.test(rest.slice(word.length))) {
      throw usageError(`The quotes in the command ${line} do not match. Close them, or give the command after --.`);
    }
    words.push(unquoted(word));
    rest = rest.slice(word.length).trimStart();
  }
  return words;
}

function unquoted(word: string): string {
  return word.replaceAll(PART, (_, escaped?: string, double?: string, single?: string, plain?: string) => {
    if (double !== undefined) return double.replaceAll(/\\([\\"$`])/g, "$1");
    return escaped ?? single ?? plain ?? "";
  });
}
