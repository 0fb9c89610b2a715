/** A part of a URL as it was meant; one that is escaped wrongly is taken as it stands. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
