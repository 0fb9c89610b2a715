import { posix } from "node:path";

/** `files/0/a.json`: relative, without `.`, `..`, empty steps or NUL, below one of the two trees of an archive. */
export function isPlainPath(path: string): boolean {
  const steps = path.split("/");
  const [tree, key] = steps;
  if ((tree !== "files" && tree !== "databases") || key === undefined) return false;
  return !path.includes("\0") && steps.every((step) => step !== "" && step !== "." && step !== "..");
}

/**
 * Whether a link at this path of the archive stays inside its source. It may climb only at its beginning, where it climbs through
 * real folders: after another link's name, `..` leads from where that link points.
 */
export function isInsideTree(path: string, target: string): boolean {
  if (target === "" || posix.isAbsolute(target) || target.includes("\0")) return false;
  const steps = target.split("/").filter((step) => step !== "" && step !== ".");
  const climbs = steps.findIndex((step) => step !== "..");
  const up = climbs === -1 ? steps.length : climbs;
  // Below `files/<key>/`, and not counting the link's own name.
  const depth = path.split("/").length - 3;
  return up <= depth && !steps.slice(up).includes("..");
}
