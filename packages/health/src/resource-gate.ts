import { type Answer, type Exchange, type Gate, type JsonObject, PASS, type Verdict } from "@mcp-ops/exchange";
import { type OpsError, RPC } from "@mcp-ops/formats";
import { isLastPage, listed, withEntries, withResourcesCapability } from "./amendments.ts";
import { Clashes } from "./clashes.ts";
import {
  type Content,
  contentsOf,
  type Offer,
  type Resource,
  type ResourceTemplate,
  type Shelf,
  shelf,
} from "./resource.ts";
import { completeResult, isUnknownMethod, resourceNotFound } from "./results.ts";
import { ServerIdentity } from "./server-identity.ts";

export interface ResourceGateOptions {
  /** How outcomes and faults call the gate. */
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly templates?: readonly ResourceTemplate[] | undefined;
  /** Whether they are there for this asker, now. Default: always. */
  readonly offers?: ((exchange: Exchange) => boolean) | undefined;
  /** Told once of each resource that the server has itself, so that ours is left out. */
  readonly onWarning?: ((warning: OpsError) => void) | undefined;
}

/** A gate that offers resources on any watched server, beside its own. */
export function resourceGate(options: ResourceGateOptions): Gate {
  const { name, resources, templates, offers, onWarning = () => {} } = options;
  const { gate } = new ResourceGate(shelf(resources, templates), new ServerIdentity(), new Clashes(onWarning), offers);
  Object.defineProperty(gate, "name", { value: name });
  return gate;
}

/** Offers resources on any watched server: announces them, lists them after the server's own, and answers who reads them. */
export class ResourceGate {
  readonly #shelf: Shelf;
  readonly #identity: ServerIdentity;
  readonly #clashes: Clashes;
  readonly #offers: (exchange: Exchange) => boolean;

  constructor(
    offered: Shelf,
    identity: ServerIdentity,
    clashes: Clashes,
    offers: (exchange: Exchange) => boolean = () => true,
  ) {
    this.#shelf = offered;
    this.#identity = identity;
    this.#clashes = clashes;
    this.#offers = offers;
  }

  /** Outcomes and faults call a gate by its name: `health`. */
  get gate(): Gate {
    const health: Gate = (exchange) => (this.#shelf.length === 0 ? PASS : this.#decide(exchange));
    return health;
  }

  #decide(exchange: Exchange): Verdict {
    if (exchange.direction !== "inbound") return PASS;
    switch (exchange.method) {
      case "initialize":
      case "server/discover":
        return this.#amending(exchange, withResourcesCapability);
      case "resources/list":
        return this.#amending(exchange, (answer) => this.#listed(exchange, answer, "resources"));
      // Whoever is told of resources may ask for templates too.
      case "resources/templates/list":
        return this.#amending(exchange, (answer) => this.#listed(exchange, answer, "resourceTemplates"));
      case "resources/read":
        return this.#read(exchange);
      default:
        return PASS;
    }
  }

  #amending(exchange: Exchange, amend: (answer: Answer) => Answer): Verdict {
    if (!this.#offers(exchange)) return PASS;
    return {
      pass: true,
      amendResult: (answer) => {
        this.#identity.learn(exchange, answer);
        return amend(answer);
      },
    };
  }

  #listed(exchange: Exchange, answer: Answer, member: Offer["member"]): Answer {
    const offers = this.#shelf.filter((offer) => offer.member === member);
    if ("result" in answer) this.#noteClashes(exchange, answer.result, member, offers);
    const ours = offers.filter(({ key }) => !this.#clashes.isTaken(exchange, key)).map(({ entry }) => entry);
    return withEntries(exchange, answer, member, ours, this.#identity.of(exchange.server));
  }

  #noteClashes(exchange: Exchange, page: JsonObject, member: Offer["member"], offers: Shelf): void {
    const theirs = listed(page, member);
    const isWholeList = isLastPage(page) && exchange.params?.cursor === undefined;
    for (const { key } of offers) {
      if (theirs.has(key)) this.#clashes.take(exchange, key);
      else if (isWholeList) this.#clashes.release(exchange, key);
    }
  }

  #read(exchange: Exchange): Verdict {
    const found = this.#find(exchange.target ?? "");
    if (found === undefined) {
      // A server without resources has some now, and must say so: this one is not among them.
      return this.#amending(exchange, (answer) => (isUnknownMethod(answer) ? resourceNotFound(exchange) : answer));
    }
    const { offer, read } = found;
    const { targetKnown } = exchange;
    if (targetKnown === true) this.#clashes.take(exchange, offer.key);
    if (targetKnown === true || this.#clashes.isTaken(exchange, offer.key) || !this.#offers(exchange)) return PASS;
    const content = read(exchange);
    if (content instanceof Promise) return this.#later(exchange, offer, content);
    const answer = this.#answer(exchange, offer, content);
    return targetKnown === false ? { answer } : this.#unlessTheirs(exchange, offer, answer);
  }

  #find(uri: string) {
    for (const offer of this.#shelf) {
      const read = offer.find(uri);
      if (read !== undefined) return { offer, read };
    }
    return undefined;
  }

  #later(exchange: Exchange, offer: Offer, content: Promise<Content>): Verdict {
    return { answer: content.then((read) => this.#answer(exchange, offer, read)) };
  }

  /** Nobody can tell yet whether the server has this resource itself: it is asked, and ours stands in when it has not. */
  #unlessTheirs(exchange: Exchange, { key }: Offer, ours: Answer): Verdict {
    return this.#amending(exchange, (answer) => {
      if (!("result" in answer)) return ours;
      this.#clashes.take(exchange, key);
      return answer;
    });
  }

  #answer(exchange: Exchange, { mimeType }: Offer, content: Content): Answer {
    if (typeof content === "object" && "invalid" in content)
      return { error: { code: RPC.invalidParams, message: content.invalid } };
    const body = contentsOf(exchange.target as string, mimeType, content);
    return completeResult(exchange, body, this.#identity.of(exchange.server));
  }
}
