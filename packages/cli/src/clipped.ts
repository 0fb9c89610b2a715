/** A name that may be long, so that a table stays within a terminal of 80 columns. `--json` has it whole. */
export function clipped(name: string, most: number): string {
  const characters = [...name];
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join("")}…`;
}
