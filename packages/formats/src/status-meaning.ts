import type { Status } from "./outcomes.ts";

/** What each value of the label `status` means. */
export const STATUS_MEANING: Readonly<Record<Status, string>> = {
  success: "answered",
  input_required: "answered: the server needs more input first (2026-07-28)",
  task: "answered: accepted as a task, not finished yet",
  tool_error: "the tool ran and said `isError`",
  validation: "the arguments were refused",
  unknown_tool: "the server has no such tool",
  unknown_prompt: "the server has no such prompt",
  unknown_resource: "the server has no such resource",
  unknown_method: "the server has no such method",
  error: "any other JSON-RPC or HTTP error; `type` has the code",
  timeout: "a deadline passed",
  cancelled: "the asker withdrew the request",
  lost: "the connection closed, or the answer could not be delivered",
  denied: "refused by a gate, or by HTTP 401 or 403",
  sent: "a notification: nothing comes back (never on a request)",
};
