import type { Era, TransportKind } from "@mcp-ops/exchange";
import type { Audience } from "../fixtures/stage.ts";
import type { ToolResult } from "../fixtures/story.ts";
import type { How } from "../fixtures/watcher.ts";
import type { Wire } from "./wire.ts";

/** A way for an MCP client and a server of the story to talk, with an SDK at both ends. */
export interface Carrier {
  readonly name: string;
  readonly traits: Traits;
  /** Opens a server, watched or not, that serves one client or one wire. */
  open(how?: How): Promise<House>;
}

/** What can be known and done on a carrier, by the protocol and the SDK, whoever watches. */
export interface Traits {
  readonly sdk: "v1" | "v2" | "fastmcp";
  readonly transport: TransportKind;
  readonly era: Era;
  readonly revision: string;
  readonly session: boolean;
  /** Whether the server that runs a call ever heard the client's name: the legacy handshake may have gone to another instance. */
  readonly knowsClient: boolean;
  /** Whether a request's HTTP headers come with the message. */
  readonly headers: boolean;
  /** Whether the principal that the middleware authenticated does. */
  readonly principal: boolean;
  /** Whether what the client sends later about a call (an answer, a cancellation) reaches the server that runs it. */
  readonly reachesCall: boolean;
  /** How the exchange of a call ends whose client is gone; `when released` where the server cannot know before it answers. */
  readonly clientGone: ClientGone;
}

interface ClientGone {
  readonly kind: "cancelled" | "lost" | "result";
  readonly reason?: "closed" | "undeliverable";
  readonly when: "at once" | "when released";
}

/** A server that is open, and the ways in. */
export interface House extends AsyncDisposable {
  readonly audience: Audience;
  /** Connects a real client of the carrier's SDK. */
  client(): Promise<StoryClient>;
  /** Connects somebody who speaks in bytes. */
  wire(): Promise<Wire>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: () => void;
}

/** What these tests want of a client, in words both SDKs have. */
export interface StoryClient {
  callTool(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  listTools(): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  getPrompt(name: string): Promise<unknown>;
  request(method: string, params?: Record<string, unknown>): Promise<unknown>;
  /** Goes away without a word, whatever is under way. */
  vanish(): Promise<void>;
}

export const CLIENT = { name: "story-client", version: "1.2.3" } as const;

export const LEGACY = { era: "legacy", revision: "2025-11-25" } as const;

export const MODERN = { era: "modern", revision: "2026-07-28" } as const;
