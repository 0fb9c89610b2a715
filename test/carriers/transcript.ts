import type { Sighting } from "../fixtures/cast-recorders.ts";
import { scriptFor } from "../fixtures/script.ts";
import type { How } from "../fixtures/watcher.ts";
import type { Carrier, House } from "./carrier.ts";

/** What a server, watched like this, answers to the whole script of its carrier, in bytes. */
export async function transcript(carrier: Carrier, how: How = {}): Promise<string[]> {
  await using house = await carrier.open(how);
  return await converse(carrier, house);
}

/** The same, and what the recorder in the cast saw of it: a line for each exchange. */
export async function witnessed(carrier: Carrier, how: How): Promise<{ heard: string[]; seen: string[] }> {
  await using house = await carrier.open(how);
  const heard = await converse(carrier, house);
  await house.audience.hears({ about: "exchange", id: "last" });
  const seen = house.audience.all<Sighting>({ about: "exchange" }).map(inOneLine).sort();
  return { heard, seen };
}

async function converse(carrier: Carrier, house: House): Promise<string[]> {
  await using wire = await house.wire();
  const heard: string[] = [];
  for (const line of scriptFor(carrier.traits)) heard.push(`> ${line.send}\n${await wire.say(line)}`);
  return heard;
}

function inOneLine({ direction, kind, id, method, target, knownTarget, requestBytes, outcome }: Sighting): string {
  const ending = [outcome.kind, outcome.type, outcome.code, outcome.isError, outcome.invalidArguments, outcome.gate];
  return [direction, kind, id, method, target, knownTarget, requestBytes, ...ending].join(" ");
}
