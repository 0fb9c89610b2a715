import type { Exchange } from "@mcp-ops/exchange";
import { OpsError } from "@mcp-ops/formats";

/** Bounds what a process with very many server names remembers. */
const MAX_REMEMBERED = 1000;

/** Which of our URIs a server has resources of its own at. There the server's own is served: nobody's resource is ever hidden. */
export class Clashes {
  readonly #taken = new Set<string>();
  readonly #warned = new Set<string>();
  readonly #onWarning: (warning: OpsError) => void;

  constructor(onWarning: (warning: OpsError) => void) {
    this.#onWarning = onWarning;
  }

  isTaken({ server }: Exchange, uri: string): boolean {
    return this.#taken.has(key(server, uri));
  }

  take({ server }: Exchange, uri: string): void {
    const clash = key(server, uri);
    if (this.#taken.size < MAX_REMEMBERED) this.#taken.add(clash);
    if (this.#warned.has(clash) || this.#warned.size >= MAX_REMEMBERED) return;
    this.#warned.add(clash);
    try {
      this.#onWarning(warning(server, uri));
    } catch {
      // Who is warned must not break the answer.
    }
  }

  release({ server }: Exchange, uri: string): void {
    this.#taken.delete(key(server, uri));
  }
}

function key(server: string, uri: string): string {
  return `${server}\n${uri}`;
}

function warning(server: string, uri: string): OpsError {
  return new OpsError(
    "HEALTH_RESOURCE_CLASH",
    `The server ${server} has a resource ${uri} of its own, which clients get; ours is left out. Rename one of them, or turn ours off (statusResource: false).`,
  );
}
