/** Whether a JSON body holds JSON-RPC messages, or at least one in a batch; anything else is none of ours. */
export function isRpc(json: unknown): boolean {
  return Array.isArray(json) ? json.some(isMessage) : isMessage(json);
}

function isMessage(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "method" in value || ("id" in value && ("result" in value || "error" in value));
}
