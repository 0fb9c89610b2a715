import type { WriteStream } from "node:tty";
import { frame, logHead, logLine, type Moment } from "./frame.ts";
import { pairLog } from "./pair.ts";
import { storyLines } from "./sidecar.ts";
import { painter, Terminal } from "./terminal.ts";

/** Where the demo shows what it measures. */
export interface Display extends Disposable {
  readonly everyMs: number;
  show(moment: Moment): void;
  /** The last picture; it stays. */
  finish(moment: Moment): void;
}

/** What stays is shown whole: nothing is drawn over it. */
const ENDLESS = Number.POSITIVE_INFINITY;

/** A table that refreshes in place where there is a terminal, else a line now and then and the table at the end. */
export function displayOn(stream: NodeJS.WriteStream): Display {
  return stream.isTTY ? liveTable(stream as WriteStream) : log(stream);
}

function liveTable(stream: WriteStream): Display {
  const terminal = new Terminal(stream);
  const paint = painter(stream);
  return {
    everyMs: 500,
    show: (moment) => terminal.show(frame(moment, terminal.size, paint)),
    finish: (moment) => terminal.show(frame(moment, { ...terminal.size, rows: ENDLESS }, paint)),
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
  };
}

function log(stream: NodeJS.WriteStream): Display {
  const paint = painter(stream);
  let begun = false;
  let told = 0;
  let toldOfPair = 0;
  return {
    everyMs: 3_000,
    show(moment) {
      if (!begun) stream.write(`${logHead(moment).join("\n")}\n`);
      begun = true;
      stream.write(`${logLine(moment)}\n`);
      const { said } = moment.sidecar;
      for (const line of storyLines(said.slice(told), ENDLESS, paint)) stream.write(`${line}\n`);
      told = said.length;
      for (const line of pairLog(moment.pair.said.slice(toldOfPair), ENDLESS, paint)) stream.write(`${line}\n`);
      toldOfPair = moment.pair.said.length;
    },
    finish: (moment) => void stream.write(`\n${frame(moment, { columns: 120, rows: ENDLESS }, paint).join("\n")}\n`),
    [Symbol.dispose]() {},
  };
}
