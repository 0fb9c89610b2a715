/** A page of the listener `probes`: everybody may ask it, so it is answered soon and tells nothing that is secret. */
export interface ProbePage {
  /** From the root of the listener. */
  readonly path: string;
  respond(query: Readonly<Record<string, string>>): ProbeReply | Promise<ProbeReply>;
}

export interface ProbeReply {
  readonly status: 200 | 400 | 404 | 503;
  /** A line of text, or a document that is shown as JSON. */
  readonly body: string | object;
}
