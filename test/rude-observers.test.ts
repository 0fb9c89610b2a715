/** Whatever an observer does, the client gets the bytes it would have got without it, and other observers see what they would have seen. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Carrier } from "./carriers/carrier.ts";
import { carriers } from "./carriers/carriers.ts";
import { transcript, witnessed } from "./carriers/transcript.ts";
import { rudeNames } from "./fixtures/cast-rude.ts";

describe.each(carriers)("$name", (carrier: Carrier) => {
  let untapped: readonly string[] = [];
  let watched: { readonly heard: string[]; readonly seen: string[] };

  beforeAll(async () => {
    untapped = await transcript(carrier);
    watched = await witnessed(carrier, { cast: "recorder" });
  });

  test("the script draws answers of every kind", () => {
    expect(untapped.join("\n")).toMatch(/"result".*"isError":true.*"error"/s);
  });

  test("a polite observer changes no byte of it", () => {
    expect(watched.heard).toEqual(untapped);
  });

  test.each(rudeNames)(
    "an observer that %s changes no byte of it, and nothing for the observer behind it",
    async (name) => {
      const { heard, seen } = await witnessed(carrier, { cast: `rude: ${name}` });
      expect(heard).toEqual(untapped);
      expect(seen).toEqual(watched.seen);
    },
  );
});
