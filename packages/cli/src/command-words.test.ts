import { expect, it } from "vitest";
import { commandWords } from "./command-words.ts";

it.each([
  ["npx -y server", ["npx", "-y", "server"]],
  ["  node   'my server.js'\n--x ", ["node", "my server.js", "--x"]],
  [String.raw`a "b \"c\" \n" d\ e f"g"'h'`, ["a", String.raw`b "c" \n`, "d e", "fgh"]],
  [`a "" ''`, ["a", "", ""]],
  ["$HOME/*.js", ["$HOME/*.js"]],
])("reads %j as a shell does, and expands nothing", (line, words) => {
  expect(commandWords(line)).toEqual(words);
});

it.each(['a "b', "a 'b", "a \\"])("refuses %j, whose quotes do not match", (line) => {
  expect(() => commandWords(line)).toThrow("do not match");
});
