import { isAbsolute, join } from "node:path";
import type { Registration } from "@mcp-ops/formats";

/** Where a registered process answers for a page such as `/readyz`. */
export function pageAddress(
  { socket = "", url }: Registration,
  folder: string,
  page: string,
): URL | { readonly socket: string; readonly path: string } {
  return url === undefined ? { socket: socketPath(folder, socket), path: page } : new URL(page, url);
}

/** By its name, it lies in the folder; see `Registration`. */
function socketPath(folder: string, socket: string): string {
  return isAbsolute(socket) ? socket : join(folder, socket);
}
