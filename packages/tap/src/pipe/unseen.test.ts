/** What a client may try so that a server reads what no gate has judged, or that it hears what a gate has not let pass. */
import type { Gate } from "@mcp-ops/exchange";
import { expect, test } from "vitest";
import { pipeline } from "../pipeline.ts";
import { PipeTap } from "./pipe.ts";

function piped(gates: readonly Gate[]) {
  const toServer: string[] = [];
  const toClient: string[] = [];
  const tap = new PipeTap(
    pipeline({ learnTargets: false, gates }),
    {
      toServer: (bytes) => void toServer.push(bytes.toString("latin1")),
      toClient: (bytes) => void toClient.push(bytes.toString("latin1")),
      onPassedLine: () => {},
      onTooLong: () => {},
    },
    10_000,
  );
  return { tap, toServer, toClient };
}

const refusing: Gate = ({ target }) =>
  target === "delete" ? { answer: { error: { code: -31001, message: "no" } } } : { pass: true };

const call = (more: object = {}) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "delete" }, ...more });
const big = (text: string) => Buffer.from(text, "utf16le").swap16();
const FORMS: [string, Buffer][] = [
  ["without a version", Buffer.from(`${call({ jsonrpc: undefined })}\n`)],
  ["in a batch with what is no message", Buffer.from(`[1,${call()}]\n`)],
  ["in a last line without its end", Buffer.from(call())],
  ["without an id", Buffer.from(`${call({ id: undefined })}\n`)],
  ["by an id that is null", Buffer.from(`${call({ id: null })}\n`)],
  ["with a number that JSON does not have", Buffer.from(`${call({ id: 1 }).slice(0, -1)},"x":NaN}\n`)],
  ["in UTF-16, as Python's json reads it", big(`${call()}\n`)],
  ["behind a carriage return, a line's end for Python", Buffer.from(`noise\r${call()}\r\n`)],
  ["behind a line separator, a line's end for Node's readline", Buffer.from(`noise\u2028${call()}\n`)],
];

test.each(FORMS)("a call %s is judged by the gates, and passes as it came where they let it", async (_, bytes) => {
  const behind = piped([refusing]);
  behind.tap.fromClient(bytes);
  await behind.tap.clientEnded();
  expect(behind.toServer.join("").replaceAll("\0", "")).not.toContain("delete");
  const open = piped([() => ({ pass: true })]);
  open.tap.fromClient(bytes);
  await open.tap.clientEnded();
  expect(open.toServer.join("")).toBe(bytes.toString("latin1"));
});

test("a call that a carriage return would part from the message around it stays inside of that", () => {
  const { tap, toServer } = piped([refusing]);
  tap.fromClient(Buffer.from(`{"jsonrpc":"2.0","id":9,"method":"ping","params":{"x":[\r${call()}\r]}}\n`));
  const [line = "", rest] = toServer.join("").split(/[\r\n]+/);
  expect(JSON.parse(line)).toMatchObject({ id: 9, params: { x: [{ id: 1 }] } });
  expect(rest).toBe("");
});

const secret = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":{"secret":1}}\n`;
const redacting: Gate = ({ method }) => ({
  pass: true,
  ...(method === "tools/call" && { amendResult: () => ({ result: { redacted: true } }) }),
});

test("an answer that comes though its call was cancelled does not pass unseen by the gate that would have changed it", () => {
  const { tap, toClient } = piped([redacting]);
  tap.fromClient(Buffer.from(`${call()}\n`));
  tap.fromClient(Buffer.from('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n'));
  tap.fromServer(Buffer.from(secret(1)));
  expect(toClient).toEqual([]);
});

test("a second call by an id that an amended answer still needs is refused, and the first is answered", () => {
  const { tap, toServer, toClient } = piped([redacting]);
  tap.fromClient(Buffer.from(`${call()}\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n`));
  expect(toServer).toEqual([`${call()}\n`]);
  tap.fromServer(Buffer.from(secret(1)));
  expect(toClient.map((text) => JSON.parse(text))).toMatchObject([
    { id: 1, error: { code: -32600 } },
    { id: 1, result: { redacted: true } },
  ]);
});

test("of two calls by one id a server's second answer does not pass unseen either", () => {
  const { tap, toClient } = piped([redacting]);
  tap.fromClient(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"ping"}\n${call()}\n`));
  tap.fromServer(Buffer.from(`{"jsonrpc":"2.0","id":1,"result":{}}\n${secret(1)}`));
  expect(toClient.join("")).not.toContain("secret");
});
