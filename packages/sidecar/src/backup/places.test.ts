import { expect, it } from "vitest";
import { Places } from "./places.ts";

const never = new AbortController().signal;

it("lets so many work at once, the others in the order they came", async () => {
  const places = new Places(2);
  const working: string[] = [];
  const enter = async (name: string) => {
    const leave = await places.take(never);
    working.push(name);
    return leave;
  };
  const [a, b] = await Promise.all([enter("a"), enter("b")]);
  const [c, d] = [enter("c"), enter("d")];
  expect(working).toEqual(["a", "b"]);
  b();
  // A place is left once.
  b();
  (await c)();
  await d;
  expect(working).toEqual(["a", "b", "c", "d"]);
  a();
});

it("forgets who is called off in the line, and gives the place to the next", async () => {
  const places = new Places(1);
  const leave = await places.take(never);
  const caller = new AbortController();
  const calledOff = places.take(caller.signal);
  const next = places.take(never);
  caller.abort(new Error("the daemon ends"));
  await expect(calledOff).rejects.toThrow("the daemon ends");
  leave();
  await next;
  await expect(places.take(AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
});

it("waits not for ever for one who never ends", async () => {
  const places = new Places(1, 1);
  await places.take(never);
  await places.take(never);
});
