/** Requests defined by MCP revisions 2024-11-05 … 2026-07-28, its tasks extension and the skills extension. */
const REQUESTS = [
  "completion/complete",
  "elicitation/create",
  "initialize",
  "logging/setLevel",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/directory/read",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "roots/list",
  "sampling/createMessage",
  "server/discover",
  "skills/get",
  "skills/list",
  "subscriptions/listen",
  "tasks/cancel",
  "tasks/get",
  "tasks/list",
  "tasks/result",
  "tasks/update",
  "tools/call",
  "tools/list",
];

const NOTIFICATIONS = [
  "notifications/cancelled",
  "notifications/elicitation/complete",
  "notifications/initialized",
  "notifications/message",
  "notifications/progress",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
  "notifications/resources/updated",
  "notifications/roots/list_changed",
  "notifications/subscriptions/acknowledged",
  "notifications/tasks",
  "notifications/tasks/status",
  "notifications/tools/list_changed",
];

/** Every method name the protocol defines: the method names that are safe as labels whatever a client sends. */
export const PROTOCOL_METHODS: ReadonlySet<string> = new Set([...REQUESTS, ...NOTIFICATIONS]);

/** A request whose answer ends a stream, not a computation: its duration is how long a client stayed. */
export const LISTEN_METHOD = "subscriptions/listen";

/** The label value for everything outside a known set. */
export const OTHER = "_other";
