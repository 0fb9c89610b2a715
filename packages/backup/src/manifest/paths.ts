import { posix } from "node:path";

/** `files/0/a.json`: relative, without `.`, `..`, empty steps or NUL, below one of the two trees of an archive. */
export function isPlainPath(path: string): boolean {
  const steps = path.split("/");
  const [tree, key] = steps;
  if ((tree !== "files" && tree !== "databases") || key === undefined) return false;
  return !path.includes("\0") && steps.every((step) => step !== "" && step !== "." && step !== "..");
}

/** Whether a link at this path of the archive stays inside its source, read by its words alone. */
export function isInsideTree(path: string, target: string): boolean {
  if (target === "" || posix.isAbsolute(target) || target.includes("\0")) return false;
  const root = path.split("/", 2).join("/");
  const end = posix.join(posix.dirname(path), target);
  // Only a folder's own root may be pointed at; a link that is itself the source can point nowhere inside.
  return path !== root && (end === root || end.startsWith(`${root}/`));
}
