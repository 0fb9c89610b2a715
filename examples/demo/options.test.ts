import { expect, test } from "vitest";
import { clock, parseDuration } from "./duration.ts";
import { parseOptions } from "./options.ts";

test("options are read in both spellings", () => {
  const options = parseOptions(["--for", "1.5m", "--keep", "--port=0", "--seed", "7", "--traces=console"]);
  expect(options).toEqual({ forMs: 90_000, port: 0, seed: 7, traces: "console", keep: true, help: false });
  expect(parseOptions([])).toEqual({ seed: 1, keep: false, help: false });
  expect(parseOptions(["-h"])).toMatchObject({ help: true });
});

test.each([
  [["--for", "ten"], '--for cannot be "ten". Give a duration up to a day, such as 10s, 2m or 1h.'],
  [["--for", "0s"], '--for cannot be "0s". Give a duration up to a day, such as 10s, 2m or 1h.'],
  [["--for"], "--for needs a value. See npm start -- --help."],
  [["--port", "65536"], '--port cannot be "65536". Give a port from 0 to 65535, where 0 takes a free one.'],
  [["--seed", "-1"], '--seed cannot be "-1". Give a whole number from 0 to 4294967295.'],
  [["--traces", "jaeger"], '--traces cannot be "jaeger". Give otlp, console or none.'],
  [["--fro", "1s"], "There is no option --fro. There are --for, --port, --seed, --traces, --keep and --help."],
  [["10s"], '"10s" stands alone. Options come behind two dashes: npm start -- --for 10s.'],
])("%j is answered with the fix", (args, message) => {
  expect(() => parseOptions(args)).toThrow(expect.objectContaining({ code: "DEMO_USAGE", message }));
});

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["24h", 86_400_000],
  ["25h", undefined],
  ["10", undefined],
  ["-1s", undefined],
  ["1e9s", undefined],
])("%s is %s ms", (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each([
  [7_900, "0:07"],
  [750_000, "12:30"],
  [3_723_000, "1:02:03"],
])("%d ms stand on the clock as %s", (durationMs, expected) => {
  expect(clock(durationMs)).toBe(expected);
});
