import { isObject, textOf } from "./messages.ts";
import type { TargetKind } from "./server-facts.ts";
import { templateMatcher } from "./uri-template.ts";

/** The lists that name what a server has, and where each entry keeps its name. */
export const LISTS: Readonly<Record<TargetKind, readonly string[]>> = {
  tool: ["tools/list"],
  prompt: ["prompts/list"],
  resource: ["resources/list", "resources/templates/list"],
};

/** More names than this are not remembered: they read `_other`. */
const MAX_NAMES = 10_000;

/** After an unlisted target answered well, ask for the lists again, but not more often than this. */
const RELEARN_AFTER_MS = 30_000;

/** What one server was seen or asked to list, for servers that cannot be read in process. Shared by all its instances. */
export class TargetBook {
  readonly #names: Record<TargetKind, Set<string> | undefined> = {
    tool: undefined,
    prompt: undefined,
    resource: undefined,
  };
  readonly #templates = new Map<string, (uri: string) => boolean>();
  readonly #askedAt: Partial<Record<TargetKind, number>> = {};
  readonly #doubted = new Set<TargetKind>();

  /** As `ServerFacts.find`. */
  find(kind: TargetKind, target: string): string | null | undefined {
    const names = this.#names[kind];
    if (names === undefined) return undefined;
    if (names.has(target)) return target;
    if (kind !== "resource") return null;
    for (const [template, matches] of this.#templates) if (matches(target)) return template;
    return null;
  }

  /** Whether the server should be asked for its list of this kind now. Says yes once; whoever hears it asks. */
  shouldAsk(kind: TargetKind, now: number): boolean {
    const askedAt = this.#askedAt[kind];
    if (askedAt !== undefined && now - askedAt < RELEARN_AFTER_MS) return false;
    if (this.#names[kind] !== undefined && !this.#doubted.has(kind)) return false;
    this.#askedAt[kind] = now;
    this.#doubted.delete(kind);
    return true;
  }

  /** The set has changed, or a name outside it answered well: the list is to be asked for again. */
  doubt(kind: TargetKind): void {
    this.#doubted.add(kind);
  }

  /** Takes in one page of a list: a result of `method`. Names only ever join: lists may differ by who asks. */
  learn(method: string, result: unknown): void {
    if (!isObject(result)) return;
    if (method === "tools/list") this.#join("tool", result.tools, "name");
    else if (method === "prompts/list") this.#join("prompt", result.prompts, "name");
    else if (method === "resources/list") this.#join("resource", result.resources, "uri");
    else if (method === "resources/templates/list") this.#joinTemplates(result.resourceTemplates);
  }

  #join(kind: TargetKind, entries: unknown, key: string): void {
    if (!Array.isArray(entries)) return;
    this.#names[kind] ??= new Set();
    const names = this.#names[kind];
    for (const entry of entries) {
      const name = isObject(entry) ? textOf(entry[key]) : undefined;
      if (name !== undefined && names.size < MAX_NAMES) names.add(name);
    }
  }

  #joinTemplates(entries: unknown): void {
    if (!Array.isArray(entries)) return;
    this.#names.resource ??= new Set();
    for (const entry of entries) {
      const template = isObject(entry) ? textOf(entry.uriTemplate) : undefined;
      if (template !== undefined && this.#templates.size < MAX_NAMES)
        this.#templates.set(template, templateMatcher(template));
    }
  }
}
