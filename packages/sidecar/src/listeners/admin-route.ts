/** Where the admin API begins. */
export const API = "/api/v1";

/** What a route of the admin API gets to see of a request. */
export interface AdminRequest {
  readonly params: Readonly<Record<string, string>>;
}

/** What it answers. The body is shown as JSON. */
export interface AdminReply {
  readonly status: 200 | 202 | 400 | 404 | 409 | 500 | 503;
  readonly body: object;
}

/** One operation of the admin API; the OpenAPI document is made from these. */
export interface AdminRoute {
  /** `post` and `delete` change something and always need the token. */
  readonly method: "get" | "post" | "delete";
  /** Under `/api/v1`, or for a duty under `/api/v1/<duty>`. Parameters as `{name}`. */
  readonly path: string;
  /** One line for the document. */
  readonly about: string;
  respond(request: AdminRequest): Promise<AdminReply>;
}

/** An error as every route of the API answers it. */
export function problem(status: AdminReply["status"], code: string, message: string): AdminReply {
  return { status, body: { error: { code, message } } };
}
