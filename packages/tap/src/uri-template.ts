/** Longer URIs match no template: a label is not worth the time a hostile one would take. */
const MAX_URI_LENGTH = 2048;

/** Tells whether a URI could come from an RFC 6570 template. `{x}` stands for one path segment, `{+x}` `{x*}` `{/x}` for any text. */
export function templateMatcher(template: string): (uri: string) => boolean {
  const source = template
    .split(/(\{[^{}]*\})/)
    .map((part) =>
      part.startsWith("{") ? expression(part.slice(1, -1)) : part.replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&"),
    )
    .join("");
  const pattern = new RegExp(`^${source}$`);
  return (uri) => uri.length <= MAX_URI_LENGTH && pattern.test(uri);
}

function expression(body: string): string {
  if (body.startsWith("?") || body.startsWith("&")) return "(?:[?&].*)?";
  return body.startsWith("+") || body.startsWith("#") || body.startsWith("/") || body.endsWith("*") ? ".+" : "[^/?#]+";
}
