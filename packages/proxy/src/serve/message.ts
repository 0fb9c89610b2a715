/** A JSON-RPC message of MCP, read structurally: whatever else it holds passes through. */
export interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: Id | null;
  readonly method?: string;
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>>; readonly [key: string]: unknown };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export type Id = string | number;

export interface Request extends Message {
  readonly id: Id;
  readonly method: string;
}

export interface Response extends Message {
  readonly id: Id;
}

export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && (value as Message).jsonrpc === "2.0";
}

export function isRequest(message: Message): message is Request {
  return message.method !== undefined && message.id !== undefined && message.id !== null;
}

export function isResponse(message: Message): message is Response {
  return message.method === undefined && message.id !== undefined && message.id !== null;
}

export function errorFor(id: Id, code: number, message: string, data?: unknown): Response;
export function errorFor(id: Id | null, code: number, message: string, data?: unknown): Message;
export function errorFor(id: Id | null, code: number, message: string, data?: unknown): Message {
  return { jsonrpc: "2.0", id, error: { code, message, ...(data !== undefined && { data }) } };
}
