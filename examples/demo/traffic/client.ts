/** What the traffic wants of a client, in words that both SDKs have. */
export interface DemoClient {
  callTool(name: string, args: Args, options?: CallOptions): Promise<Answer>;
  listTools(): Promise<Answer>;
  readResource(uri: string): Promise<Answer>;
  getPrompt(name: string, args: Record<string, string>): Promise<Answer>;
  request(method: string): Promise<Answer>;
  /** Opens a `subscriptions/listen` stream for changes of this resource. Only revision 2026-07-28 has them. */
  listen?(uri: string): Promise<Subscription>;
  close(): Promise<void>;
}

export type Args = Record<string, unknown>;

/** A JSON-RPC result. */
export type Answer = { readonly [key: string]: unknown };

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: () => void;
}

export interface Subscription {
  close(): Promise<void>;
  readonly closed: Promise<"local" | "graceful" | "remote">;
}

/** What the user behind a client says when the server asks for the name of the guest. */
export type AnswerForm = () => { action: "accept"; content: { guest: string } } | { action: "decline" };

/** Connects a client. Each connects once for the traffic of the whole run, and again for each passing visitor. */
export type Connect = (url: string, answerForm: AnswerForm) => Promise<DemoClient>;
