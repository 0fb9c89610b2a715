/** Where the admin API begins. */
export const API = "/api/v1";

/** What a route of the admin API gets to see of a request. */
export interface AdminRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** The body, read as JSON; undefined where there is none. */
  readonly body: unknown;
  /** `X-Request-Id`: who asks again with the same one wants the same thing once. */
  readonly requestId: string | undefined;
  /** Who asks has shown the token or a certificate, or has reached a socket of ours. False where anybody on this machine could ask. */
  readonly isKnown: boolean;
}

type Status = 200 | 202 | 400 | 403 | 404 | 409 | 412 | 423 | 500 | 503;

/** What it answers. */
export interface AdminReply {
  readonly status: Status;
  /** Shown as JSON; bytes as they are. */
  readonly body: object | Uint8Array<ArrayBuffer>;
  /** `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** One operation of the admin API; the OpenAPI document is made from these. */
export interface AdminRoute {
  /** `post` and `delete` change something and always need the token. */
  readonly method: "get" | "post" | "delete";
  /** Under `/api/v1`, or for a duty under `/api/v1/<duty>`. Parameters as `{name}`. */
  readonly path: string;
  /** The path is the whole one: it was there before this API, and monitors of others ask it. */
  readonly isWhole?: true;
  /** One line for the document. */
  readonly about: string;
  /** What can be asked for in the query, by name. */
  readonly query?: Readonly<Record<string, string>>;
  /** JSON Schema of the body. */
  readonly accepts?: object;
  /** What each status means here, where more than done and failed can be told apart. */
  readonly answers?: Readonly<Partial<Record<Status, string>>>;
  respond(request: AdminRequest): Promise<AdminReply>;
}

/** Where a route is found, from the root of the listener. */
export function wholePath({ path, isWhole }: Pick<AdminRoute, "path" | "isWhole">): string {
  return (isWhole ? path : API + path).replace(/(.)\/$/, "$1");
}

/** An error as every route of the API answers it. */
export function problem(status: AdminReply["status"], code: string, message: string): AdminReply {
  return { status, body: { error: { code, message } } };
}
