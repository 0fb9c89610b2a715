/** Who writes manifests; a test holds it against package.json. */
export const TOOL = "@mcp-ops/backup 0.1.0";
