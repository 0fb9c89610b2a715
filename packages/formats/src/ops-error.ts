/** The one error class of mcp-ops. `message` says what happened and what to do; compare by `code`, never by class. */
export class OpsError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "OpsError";
    this.code = code;
  }
}
