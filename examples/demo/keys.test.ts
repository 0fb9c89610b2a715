import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { hasKeys, onKeys } from "./keys.ts";

/** A terminal, as far as keys are concerned. */
function terminal() {
  const modes: boolean[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => void modes.push(raw) });
  return { stdin: stream as unknown as NodeJS.ReadStream, modes };
}

test("a key does what it is for, Ctrl-C ends the demo as ever, and the terminal is left as it was", async () => {
  const { stdin, modes } = terminal();
  let kills = 0;
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  process.once("SIGINT", () => resolve());
  const keys = onKeys(stdin, { k: () => kills++ });
  expect(modes).toEqual([true]);
  (stdin as unknown as PassThrough).write("xk\x03");
  await interrupted;
  expect(kills).toBe(1);
  keys[Symbol.dispose]();
  expect(modes).toEqual([true, false]);
});

test("without a terminal nobody is asked", () => {
  const pipe = new PassThrough() as unknown as NodeJS.ReadStream;
  expect(hasKeys(pipe, process.stdout)).toBe(false);
  onKeys(pipe, {})[Symbol.dispose]();
  expect(pipe.listenerCount("data")).toBe(0);
});
