import type { Judgement } from "@mcp-ops/formats";
import type { Facts } from "./facts.ts";
import type { FoundPlace, Place } from "./places.ts";

/** What exchanges of one server, route, transport and revision have in common. */
interface Lane {
  readonly like: Facts;
  /** By method, then by target. */
  readonly methods: Map<string, Map<string, Ending[]>>;
}

interface Ending {
  readonly judged: Judgement;
  readonly place: Place;
}

/**
 * Remembers where exchanges with the same facts count, so that the labels of an exchange are compared and never put together.
 * Bounded: what has no series of its own is not remembered, nor more than `maxPlaces`.
 */
export function placeMemory(find: (facts: Facts) => FoundPlace, maxPlaces: number): (facts: Facts) => Place {
  const servers = new Map<string, Lane[]>();
  let places = 0;
  return (facts) => {
    const known = recall(servers, facts);
    if (known !== undefined) return known;
    const { place, own } = find(facts);
    if (own && places < maxPlaces) {
      places++;
      remember(servers, facts, place);
    }
    return place;
  };
}

function recall(servers: Map<string, Lane[]>, facts: Facts): Place | undefined {
  const endings = laneOf(servers.get(facts.server), facts)?.methods.get(facts.method)?.get(facts.target);
  if (endings === undefined) return undefined;
  // Few: one or two in health, and never more than there are judgements.
  for (const ending of endings) if (sameJudgement(ending.judged, facts.judged)) return ending.place;
  return undefined;
}

function remember(servers: Map<string, Lane[]>, facts: Facts, place: Place): void {
  const lanes = getOrAdd(servers, facts.server, () => []);
  let lane = laneOf(lanes, facts);
  if (lane === undefined) {
    lane = { like: facts, methods: new Map() };
    lanes.push(lane);
  }
  const targets = getOrAdd(lane.methods, facts.method, () => new Map<string, Ending[]>());
  getOrAdd(targets, facts.target, () => []).push({ judged: facts.judged, place });
}

function laneOf(lanes: readonly Lane[] | undefined, facts: Facts): Lane | undefined {
  if (lanes === undefined) return undefined;
  for (const lane of lanes) if (sameLane(lane.like, facts)) return lane;
  return undefined;
}

function sameLane(one: Facts, other: Facts): boolean {
  return (
    one.route === other.route &&
    one.transport === other.transport &&
    one.revision === other.revision &&
    one.era === other.era
  );
}

function sameJudgement(one: Judgement, other: Judgement): boolean {
  return (
    one === other ||
    (one.status === other.status &&
      one.type === other.type &&
      one.errorType === other.errorType &&
      one.rpcStatusCode === other.rpcStatusCode &&
      one.category === other.category)
  );
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
