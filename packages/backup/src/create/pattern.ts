/** A test for `*` (within a step), `**` (across steps) and `?`; a pattern that fits a folder fits all below it. */
export function matcher(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map((pattern) => new RegExp(`^${pattern.split("/").map(step).join("")}`, "s"));
  return (path) => expressions.some((expression) => expression.test(path));
}

/** `**` stands for any number of steps, also none. */
function step(text: string): string {
  if (text === "**") return "(?:[^/]+/)*";
  const plain = text.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return `${plain.replaceAll("*", "[^/]*").replaceAll("?", "[^/]")}(?:/|$)`;
}
