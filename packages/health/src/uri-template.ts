import { wrong } from "./check.ts";

/** Longer URIs match nothing of ours. */
const MAX_URI_LENGTH = 2048;

/** What a URI says for each variable of a template; undefined for a URI that is none of its. */
export type Expand = (uri: string) => Readonly<Record<string, string>> | undefined;

/**
 * Reads a URI template (RFC 6570) of the kind resources of ours have: plain text, and at its end what may be asked for, such as `cost://summary{?days}`.
 * @throws OpsError `HEALTH_OPTION_WRONG` for any other template.
 */
export function uriTemplate(template: string): Expand {
  const match = /^(?<base>[^{}?#]+)\{\?(?<names>\w+(?:,\w+)*)\}$/.exec(template)?.groups;
  if (match === undefined || !URL.canParse(match.base as string)) {
    throw wrong(
      `${JSON.stringify(template)} is no template of the kind that is read here. Write one such as cost://summary{?days}.`,
    );
  }
  const { base, names } = match as { readonly base: string; readonly names: string };
  const known = new Set(names.split(","));
  return (uri) => {
    if (uri.length > MAX_URI_LENGTH || !uri.startsWith(base)) return undefined;
    const rest = uri.slice(base.length);
    if (rest !== "" && !rest.startsWith("?")) return undefined;
    const asked = [...new URLSearchParams(rest)];
    return asked.every(([name]) => known.has(name)) ? Object.fromEntries(asked) : undefined;
  };
}
