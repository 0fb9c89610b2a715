import type { ReadStream } from "node:tty";

const CTRL_C = "\x03";

/** Whether somebody sits there who can press a key and sees what comes of it. */
export function hasKeys(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}

/** Calls by key, until it is disposed. Where no keys can be read nothing happens. */
export function onKeys(stdin: NodeJS.ReadStream, actions: Readonly<Record<string, () => void>>): Disposable {
  if (!stdin.isTTY) return { [Symbol.dispose]() {} };
  const terminal = stdin as ReadStream;
  const hear = (text: string) => {
    for (const key of text) {
      // Raw, the terminal does not make a signal of it.
      if (key === CTRL_C) process.kill(process.pid, "SIGINT");
      else actions[key]?.();
    }
  };
  const calm = () => void terminal.setRawMode(false);
  terminal.setRawMode(true);
  terminal.setEncoding("utf8").on("data", hear).resume();
  // An error that nobody caught must not leave a terminal in which nothing can be typed.
  process.once("exit", calm);
  return {
    [Symbol.dispose]() {
      process.off("exit", calm);
      terminal.off("data", hear).pause();
      calm();
    },
  };
}
