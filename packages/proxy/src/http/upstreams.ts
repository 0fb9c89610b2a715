import { OpsError } from "@mcp-ops/formats";
import { Pool } from "undici";
import { PROXY_ERROR } from "../codes.ts";
import { type Candidate, preferred, rendezvous } from "./choose.ts";
import { probe } from "./probe.ts";
import { type Finding, NEW_UPSTREAM, step, THRESHOLDS } from "./upstream-health.ts";

export interface UpstreamStatus {
  readonly url: string;
  readonly isUp: boolean;
}

export interface UpstreamsOptions {
  readonly ca: string | undefined;
  readonly healthPath: string | undefined;
  readonly onChange: (status: UpstreamStatus) => void;
}

const PROBE_EVERY_MS = 5000;
/** Longer than a lost SYN takes to be sent again, twice. */
const CONNECT_TIMEOUT_MS = 5000;
/** Of all headers of one response: policies and cookies take more than the 16 KiB that are usual. */
const MAX_HEADER_BYTES = 64 * 1024;

/** One server behind the proxy, and the connections kept open to it. */
export class Upstream implements Candidate {
  readonly name: string;
  readonly url: URL;
  readonly pool: Pool;
  #health = NEW_UPSTREAM;

  constructor(url: string, ca: string | undefined) {
    this.url = parse(url);
    this.name = this.url.origin;
    this.pool = new Pool(this.url.origin, {
      connections: null,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // A stream is silent for as long as it likes; what has a deadline has it from elsewhere.
      bodyTimeout: 0,
      headersTimeout: 0,
      ...(ca !== undefined && { connect: { ca } }),
    });
  }

  get isUp(): boolean {
    return this.#health.isUp;
  }

  /** Takes in a finding; true when it has changed the verdict. */
  found(finding: Finding): boolean {
    const before = this.isUp;
    this.#health = step(this.#health, finding, THRESHOLDS);
    return this.isUp !== before;
  }
}

/** The servers behind a proxy: who is well, and who is asked next. */
export class Upstreams {
  readonly all: readonly Upstream[];
  readonly #options: UpstreamsOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #turn = 0;

  constructor(urls: readonly string[], options: UpstreamsOptions) {
    if (urls.length === 0)
      throw new OpsError(PROXY_ERROR.upstreamInvalid, "Name the server to proxy: --upstream <url>.");
    this.all = urls.map((url) => new Upstream(url, options.ca));
    this.#options = options;
    this.#timer = setInterval(() => void this.check(), PROBE_EVERY_MS);
    this.#timer.unref();
  }

  /** Asks each once how it is. */
  async check(): Promise<void> {
    const { healthPath } = this.#options;
    const ask = async (upstream: Upstream) =>
      this.found(upstream, await probe(upstream.url, upstream.pool, healthPath));
    await Promise.all(this.all.map(ask));
  }

  found(upstream: Upstream, finding: Finding): void {
    if (upstream.found(finding)) this.#options.onChange({ url: upstream.url.href, isUp: upstream.isUp });
  }

  /** For a session whose upstream is not known here. */
  forSession(sessionId: string): Upstream {
    return rendezvous(this.all, sessionId) ?? this.next(new Set());
  }

  /** For anything else: each in turn, but not one that has been tried. */
  next(tried: ReadonlySet<Upstream>): Upstream {
    const untried = this.all.filter((upstream) => !tried.has(upstream));
    const candidates = preferred(untried.length === 0 ? this.all : untried);
    this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
    return candidates[this.#turn % candidates.length] as Upstream;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.all.map(({ pool }) => pool.destroy()));
  }
}

function parse(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:")) return parsed;
  throw new OpsError(
    PROXY_ERROR.upstreamInvalid,
    `The upstream ${JSON.stringify(url)} is no http or https URL. Write it like http://127.0.0.1:3000/mcp.`,
  );
}
