/** What gives no data here, each with the reason. What does give data must not stand here: a test holds that. */

/** Metrics that no page shows. */
export const UNSEEN: Readonly<Record<string, string>> = {};

/** Queries of metrics that are there, by where they stand and their words. */
export const SILENT: readonly { readonly where: string; readonly expr: string; readonly reason: string }[] = [];
