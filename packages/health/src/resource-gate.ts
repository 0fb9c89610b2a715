import { type Answer, type Exchange, type Gate, type JsonObject, PASS, type Verdict } from "@mcp-ops/exchange";
import { isLastPage, listedUris, withEntries, withResourcesCapability } from "./amendments.ts";
import type { Clashes } from "./clashes.ts";
import { type Content, contentsOf, entryOf, type Resource } from "./resource.ts";
import { completeResult, isUnknownMethod, resourceNotFound } from "./results.ts";
import type { ServerIdentity } from "./server-identity.ts";

/** Offers resources on any watched server: announces them, lists them after the server's own, and answers who reads them. */
export class ResourceGate {
  readonly #shelf: ReadonlyMap<string, Resource>;
  readonly #identity: ServerIdentity;
  readonly #clashes: Clashes;

  constructor(shelf: ReadonlyMap<string, Resource>, identity: ServerIdentity, clashes: Clashes) {
    this.#shelf = shelf;
    this.#identity = identity;
    this.#clashes = clashes;
  }

  /** Outcomes and faults call a gate by its name: `health`. */
  get gate(): Gate {
    const health: Gate = (exchange) => (this.#shelf.size === 0 ? PASS : this.#decide(exchange));
    return health;
  }

  #decide(exchange: Exchange): Verdict {
    if (exchange.direction !== "inbound") return PASS;
    switch (exchange.method) {
      case "initialize":
      case "server/discover":
        return this.#amending(exchange, withResourcesCapability);
      case "resources/list":
        return this.#amending(exchange, (answer) => this.#listed(exchange, answer));
      // Whoever is told of resources may ask for templates too. There are none of ours yet.
      case "resources/templates/list":
        return this.#amending(exchange, (answer) => this.#with(exchange, answer, "resourceTemplates", []));
      case "resources/read":
        return this.#read(exchange);
      default:
        return PASS;
    }
  }

  #amending(exchange: Exchange, amend: (answer: Answer) => Answer): Verdict {
    return {
      pass: true,
      amendResult: (answer) => {
        this.#identity.learn(exchange, answer);
        return amend(answer);
      },
    };
  }

  #listed(exchange: Exchange, answer: Answer): Answer {
    if ("result" in answer) this.#noteClashes(exchange, answer.result);
    const ours = [...this.#shelf.values()].filter(({ uri }) => !this.#clashes.isTaken(exchange, uri));
    return this.#with(exchange, answer, "resources", ours.map(entryOf));
  }

  #noteClashes(exchange: Exchange, page: JsonObject): void {
    const theirs = listedUris(page);
    const isWholeList = isLastPage(page) && exchange.params?.cursor === undefined;
    for (const uri of this.#shelf.keys()) {
      if (theirs.has(uri)) this.#clashes.take(exchange, uri);
      else if (isWholeList) this.#clashes.release(exchange, uri);
    }
  }

  #with(
    exchange: Exchange,
    answer: Answer,
    member: "resources" | "resourceTemplates",
    entries: readonly object[],
  ): Answer {
    return withEntries(exchange, answer, member, entries, this.#identity.of(exchange.server));
  }

  #read(exchange: Exchange): Verdict {
    const resource = this.#shelf.get(exchange.target ?? "");
    if (resource === undefined) {
      // A server without resources has some now, and must say so: this one is not among them.
      return this.#amending(exchange, (answer) => (isUnknownMethod(answer) ? resourceNotFound(exchange) : answer));
    }
    const { targetKnown } = exchange;
    if (targetKnown === true) this.#clashes.take(exchange, resource.uri);
    if (targetKnown === true || this.#clashes.isTaken(exchange, resource.uri)) return PASS;
    const content = resource.read(exchange);
    if (content instanceof Promise) return { answer: content.then((read) => this.#answer(exchange, resource, read)) };
    const answer = this.#answer(exchange, resource, content);
    return targetKnown === false ? { answer } : this.#unlessTheirs(exchange, resource, answer);
  }

  /** Nobody can tell yet whether the server has this resource itself: it is asked, and ours stands in when it has not. */
  #unlessTheirs(exchange: Exchange, { uri }: Resource, ours: Answer): Verdict {
    return this.#amending(exchange, (answer) => {
      if (!("result" in answer)) return ours;
      this.#clashes.take(exchange, uri);
      return answer;
    });
  }

  #answer(exchange: Exchange, resource: Resource, content: Content): Answer {
    return completeResult(exchange, contentsOf(resource, content), this.#identity.of(exchange.server));
  }
}
