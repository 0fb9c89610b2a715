import type { OnProgress, Progress } from "@mcp-ops/backup";
import { counted } from "./counted.ts";
import { sizeText } from "./size-text.ts";
import type { Terminal } from "./verb.ts";

const REDRAW_MS = 100;
/** Elsewhere than in a terminal short work says nothing: cron sends a mail for every line. */
const LINE_MS = 5_000;
const CELLS = 16;

const WORDS: Readonly<Record<Progress["phase"], string>> = {
  walk: "looking",
  dump: "dumping",
  write: "writing",
  verify: "reading again",
  stage: "unpacking",
  switch: "putting in place",
  send: "sending",
  fetch: "fetching",
};

/** How far a long work has come, on stderr: a bar in a terminal, else a line now and then. With `--json`, nothing. */
export function progressBar(
  title: string,
  terminal: Terminal,
  json: boolean | undefined,
): { readonly onProgress: OnProgress } & Disposable {
  if (json === true) return { onProgress: () => {}, [Symbol.dispose]: () => {} };
  const { stderr } = process;
  if (!stderr.isTTY) {
    const show = nowAndThen(LINE_MS, LINE_MS, (text) => terminal.err(`${title}: ${text}`));
    return { onProgress: (progress) => show(() => progressText(progress)), [Symbol.dispose]: () => {} };
  }
  const draw = (text: string) =>
    void stderr.write(`\r\u001b[K${`${title}: ${text}`.slice(0, (stderr.columns ?? 80) - 1)}`);
  const show = nowAndThen(REDRAW_MS, 0, draw);
  return {
    onProgress: (progress) => show(() => `${bar(progress)} ${progressText(progress)}`),
    [Symbol.dispose]: () => void stderr.write("\r\u001b[K"),
  };
}

function nowAndThen(everyMs: number, firstMs: number, show: (text: string) => void): (text: () => string) => void {
  let nextMs = performance.now() + firstMs;
  return (text) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + everyMs;
    show(text());
  };
}

function bar({ bytes, totalBytes }: Progress): string {
  if (totalBytes === 0) return `[${" ".repeat(CELLS)}]`;
  const full = Math.round(CELLS * Math.min(1, bytes / totalBytes));
  return `[${"#".repeat(full)}${"-".repeat(CELLS - full)}]`;
}

/** `writing, 45 %, 12.3 MB of 27.3 MB, 120 files` */
function progressText({ phase, files, bytes, totalBytes }: Progress): string {
  const share = totalBytes === 0 ? [] : [`${Math.floor((100 * Math.min(bytes, totalBytes)) / totalBytes)} %`];
  const size = totalBytes === 0 ? sizeText(bytes) : `${sizeText(bytes)} of ${sizeText(totalBytes)}`;
  return [WORDS[phase], ...share, size, counted(files, "file")].join(", ");
}
