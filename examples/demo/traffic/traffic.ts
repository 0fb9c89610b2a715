import { Tally } from "../figures/tally.ts";
import { Random } from "../random.ts";
import type { AnswerForm, Connect, DemoClient } from "./client.ts";
import { v1Client } from "./client-v1.ts";
import { legacyClient, modernClient } from "./client-v2.ts";
import { work } from "./lanes.ts";
import { stepsOf } from "./steps.ts";

/** How many things each client does at once: together some 120 calls a second. */
const LANES = 8;

/** Real clients at work. */
export interface Traffic extends AsyncDisposable {
  /** What the clients saw. */
  readonly tally: Tally;
  /** Lets every client finish what it is doing, and closes it. */
  stop(): Promise<void>;
}

interface Kind {
  readonly connect: Connect;
  readonly era: "modern" | "legacy";
  /** The first request of each client. */
  readonly greeting: string;
}

const KINDS: readonly Kind[] = [
  { connect: modernClient, era: "modern", greeting: "server/discover" },
  { connect: legacyClient, era: "legacy", greeting: "initialize" },
  { connect: v1Client, era: "legacy", greeting: "initialize" },
];

/** Connects a client of each kind and lets them work until stopped. The same seed makes each do the same things in the same order. */
export async function startTraffic(url: string, seed: number): Promise<Traffic> {
  const tally = new Tally();
  const end = new AbortController();
  const random = new Random(seed);
  const clients = await Promise.all(KINDS.map((kind) => connectTo(url, kind, random, tally)));
  const parts = { tally, ending: end.signal };
  const lanes = clients.map((own) => work(LANES, stepsOf(own.era), { ...own, ...parts }, random));
  const stop = async () => {
    end.abort();
    await Promise.all(lanes);
    await Promise.all(clients.map(({ client }) => client.close()));
  };
  return { tally, stop, [Symbol.asyncDispose]: stop };
}

async function connectTo(url: string, { connect, era, greeting }: Kind, random: Random, tally: Tally) {
  const answerForm = guestOf(new Random(random.between(0, 2 ** 32 - 1)), tally);
  const visitor = async (): Promise<DemoClient> => {
    const client = await connect(url, answerForm);
    tally.add(greeting, "", "success");
    return client;
  };
  return { client: await visitor(), visitor, era };
}

/** The user behind a client. That the server asks means that it answered `input_required` before. */
function guestOf(random: Random, tally: Tally): AnswerForm {
  return () => {
    tally.add("tools/call", "book_room", "input_required");
    return random.chance(0.8) ? { action: "accept", content: { guest: "Ada" } } : { action: "decline" };
  };
}
