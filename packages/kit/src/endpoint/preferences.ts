/** One entry of an `Accept` or `Accept-Encoding` header. */
interface Preference {
  readonly name: string;
  readonly q: number;
}

const LONGEST_HEADER = 4096;

/** The weight a client gives OpenMetrics against the classic text format (RFC 9110 §12.5.1). A wildcard does not ask for OpenMetrics. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const preferences = parse(accept);
  const openMetrics = weight(preferences, "application/openmetrics-text") ?? 0;
  const text = weight(preferences, "text/plain", "text/*", "*/*") ?? 0;
  return openMetrics > 0 && openMetrics >= text;
}

/** Whether a client takes gzip (RFC 9110 §12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (weight(parse(acceptEncoding), "gzip", "x-gzip", "*") ?? 0) > 0;
}

/** The weight of the first name that is mentioned; the highest one, when it is mentioned in several versions. */
function weight(preferences: readonly Preference[], ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const weights = preferences.filter((preference) => preference.name === name).map(({ q }) => q);
    if (weights.length > 0) return Math.max(...weights);
  }
  return undefined;
}

function parse(header: string | undefined): readonly Preference[] {
  if (header === undefined || header.length > LONGEST_HEADER) return [];
  return header.split(",").map((entry) => {
    const [name = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    return { name, q: quality(parameters) };
  });
}

function quality(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => parameter.startsWith("q="));
  if (q === undefined) return 1;
  const value = Number(q.slice(2));
  return value >= 0 && value <= 1 ? value : 0;
}
