import { isObject, textOf } from "./messages.ts";

/** What an SDK transport hands over beside a message: `MessageExtraInfo` of SDK v1 or v2, read structurally. */
export interface Extra {
  /** SDK v2: the web Request. */
  readonly request?: { readonly headers?: unknown; readonly signal?: { readonly aborted?: unknown } };
  /** SDK v1: the headers as Node gives them. */
  readonly requestInfo?: { readonly headers?: unknown };
  readonly authInfo?: { readonly clientId?: unknown };
  readonly classification?: { readonly era?: unknown };
}

export function headerOf(extra: Extra | undefined, name: string): string | undefined {
  return headerFrom(extra?.request?.headers ?? extra?.requestInfo?.headers, name);
}

/** Reads one header from a web `Headers` or from Node's record of lower-case names. */
export function headerFrom(headers: unknown, name: string): string | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  const { get } = headers as { get?: unknown };
  if (typeof get === "function") return (get.call(headers, name) as string | null) ?? undefined;
  const value = (headers as Record<string, unknown>)[name.toLowerCase()];
  return Array.isArray(value) ? value.join(", ") : textOf(value);
}

export function principalOf(extra: Extra | undefined): string | undefined {
  return isObject(extra?.authInfo) ? textOf(extra.authInfo.clientId) : undefined;
}

/** Whether the client has closed the HTTP exchange a message came by. */
export function isAborted(extra: Extra | undefined): boolean {
  return extra?.request?.signal?.aborted === true;
}
