import { expect, test } from "vitest";
import { type Pipeline, pipeline } from "../pipeline.ts";
import { PipeTap } from "./pipe.ts";

function pipe(parts: Partial<Pipeline> = {}, maxBytes = 10_000) {
  const toServer: string[] = [];
  const toClient: string[] = [];
  const passed: string[] = [];
  const tap = new PipeTap(
    pipeline({ learnTargets: false, ...parts }),
    {
      toServer: (bytes) => void toServer.push(bytes.toString("latin1")),
      toClient: (bytes) => void toClient.push(bytes.toString("latin1")),
      onPassedLine: (from) => void passed.push(from),
      onTooLong: () => {},
    },
    maxBytes,
  );
  return { tap, toServer, toClient, passed };
}

const ping = (id: number) => `{ "jsonrpc" : "2.0", "id": ${id}, "method": "ping" }\r\n`;
const pong = (id: number) => `{"id":${id},"result":{},"jsonrpc":"2.0"}\n`;

test("a chunk of lines that nobody changes is one write, with its noise and its odd spaces", () => {
  const { tap, toServer, passed } = pipe();
  const chunk = `${ping(1)}noise \xff\n[1]\n${ping(2)}{"log":"no JSON-RPC"}\n`;
  tap.fromClient(Buffer.from(chunk, "latin1"));
  expect(toServer).toEqual([chunk]);
  expect(passed).toEqual(["client", "client", "client"]);
});

test("an answer of a gate goes between the lines, never into one", () => {
  const gates = [() => ({ answer: { result: { by: "gate" } } })];
  const { tap, toServer, toClient } = pipe({ gates });
  tap.fromServer(Buffer.from('{"half":'));
  tap.fromClient(Buffer.from(ping(1)));
  tap.fromServer(Buffer.from("1}\n"));
  expect(toServer).toEqual([]);
  expect(toClient).toEqual(['{"jsonrpc":"2.0","id":1,"result":{"by":"gate"}}\n', '{"half":1}\n']);
});

test("an answer that a gate holds goes on as it came, and the end waits for it", async () => {
  const held = Promise.withResolvers<void>();
  const { tap, toClient } = pipe({ gates: [() => ({ pass: true, hold: () => held.promise })] });
  tap.fromClient(Buffer.from(ping(1)));
  const answer = '{"result": {"a":  1e3}, "jsonrpc":"2.0", "id":1}\r\n';
  tap.fromServer(Buffer.from(answer));
  const ended = tap.serverEnded();
  expect(toClient).toEqual([]);
  held.resolve();
  await ended;
  expect(toClient).toEqual([answer]);
});

test("a batch of which a gate answers one goes on without that one", () => {
  const gates = [({ id }: { id: unknown }) => (id === 1 ? { answer: { result: {} } } : ({ pass: true } as const))];
  const { tap, toServer } = pipe({ gates: gates as unknown as Pipeline["gates"] });
  tap.fromClient(Buffer.from(`[${ping(1).trim()},${ping(2).trim()}]\n`));
  expect(toServer).toEqual(['[{"jsonrpc":"2.0","id":2,"method":"ping"}]\n']);
});

test("whoever asked something too long is told, whichever side that was", () => {
  const { tap, toServer, toClient } = pipe({}, 100);
  const long = "x".repeat(200);
  tap.fromClient(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"${long}"}\n`));
  tap.fromClient(Buffer.from(`${ping(2)}${long}\n`));
  tap.fromServer(
    Buffer.from(`{"jsonrpc":"2.0","id":2,"result":"${long}"}\n{"jsonrpc":"2.0","id":5,"method":"${long}"}\n`),
  );
  const ids = (texts: string[]) => texts.map((text) => [JSON.parse(text).id, JSON.parse(text).error?.code]);
  expect(ids(toClient)).toEqual([
    [1, -31004],
    [null, -31004],
    [2, -31004],
  ]);
  expect(toServer[0]).toBe(ping(2));
  expect(ids(toServer.slice(1))).toEqual([[5, -31004]]);
});

test("a server that takes another's place is greeted in the client's words; what the first asked is not answered to it", async () => {
  const { tap, toServer, toClient } = pipe();
  const hello = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}\n';
  const ready = '{"jsonrpc":"2.0","method":"notifications/initialized"}\n';
  tap.fromClient(Buffer.from(hello));
  tap.fromServer(Buffer.from('{"jsonrpc":"2.0","id":0,"result":{"serverInfo":{"name":"first"}}}\n'));
  tap.fromClient(Buffer.from(ready + ping(7)));
  tap.fromServer(Buffer.from('{"jsonrpc":"2.0","id":0,"method":"roots/list"}\n'));
  await tap.serverReplaced();
  expect(JSON.parse(toClient.at(-1) ?? "")).toMatchObject({ id: 7, error: { code: -31003 } });
  const before = toClient.length;
  const greeted = tap.greetAgain();
  const again = JSON.parse(toServer.at(-1) ?? "");
  expect(again).toMatchObject({ method: "initialize", params: { protocolVersion: "2025-11-25" } });
  tap.fromServer(Buffer.from(`{"jsonrpc":"2.0","id":"${again.id}","result":{}}\n`));
  expect(await greeted).toBe(true);
  expect(JSON.parse(toServer.at(-1) ?? "")).toEqual(JSON.parse(ready));
  tap.fromClient(Buffer.from(pong(0)));
  expect(toServer.at(-1)).not.toBe(pong(0));
  expect(toClient).toHaveLength(before);
  expect(tap.server).toBe("first");
});
