import type { Selection } from "./run-suite.ts";
import type { Fixture } from "./served-fixture.ts";

/** One run of the suite that the gate makes twice, plain and watched. */
export interface Leg {
  title: string;
  fixture: Fixture;
  selection: Selection;
  /** How many checks pass at least, so that a fixture which answers nothing cannot slip through. */
  passes: number;
  knownFailures: KnownFailures[];
}

export interface KnownFailures {
  reason: string;
  /** Check ids by scenario. */
  checks: Record<string, string[]>;
}

const noTasks: KnownFailures = {
  reason: "SDK v2 has no server side for the tasks extension (SEP-2663); the suite runs it without scoring it",
  checks: {
    "tasks-capability-negotiation": [
      "sep-2663-server-rejects-undeclared-client",
      "sep-2663-tasks-methods-non-declaring",
      "tasks-extension-advertised",
      "tasks-per-request-meta-opt-in",
    ],
    "tasks-dispatch-and-envelope": [
      "sep-2663-durable-create-strong-consistency",
      "sep-2663-legacy-task-param-ignored",
      "sep-2663-tasks-get-invalid-task-id-32602",
      "tasks-immediate-result-shortcut",
      "tasks-result-type-complete-on-non-task-responses",
      "tasks-server-directed-creation-no-hint",
    ],
    "tasks-lifecycle": [
      "sep-2663-cancel-ack-empty-result",
      "sep-2663-result-type-task-on-create",
      "sep-2663-tasks-get-status-completed",
      "sep-2663-tasks-get-status-failed",
      "sep-2663-tasks-get-status-working",
      "sep-2663-tool-error-uses-completed-status",
      "tasks-cancel-terminal-idempotent-ack",
      "tasks-sync-tool-call",
    ],
    "tasks-mrtr-composition": ["sep-2663-mrtr-synchronous-before-task-creation"],
    "tasks-mrtr-input": [
      "sep-2663-tasks-get-status-input-required",
      "tasks-mrtr-partial-fulfillment",
      "tasks-mrtr-tasks-update-resumes",
    ],
    "tasks-request-headers": [
      "sep-2663-routing-headers-accepted-on-tasks-get",
      "sep-2663-server-rejects-mismatched-mcp-name-on-tasks-get",
      "tasks-headers-tolerate-mcp-method-on-tools-call",
    ],
    "tasks-request-state-removal": ["tasks-request-state-removal-setup"],
    "tasks-required-task-error": ["sep-2663-server-returns-missing-capability-when-required"],
    "tasks-wire-fields": [
      "tasks-no-early-ttl-expiry",
      "tasks-no-related-task-meta-on-inlined-result",
      "tasks-wire-field-renames",
    ],
  },
};

export const legs: Leg[] = [
  {
    title: "SDK v1, suite active",
    fixture: "fixture-v1",
    selection: { suite: "active" },
    passes: 73,
    knownFailures: [],
  },
  {
    title: "SDK v1, requirements 2025-11-25",
    fixture: "fixture-v1",
    selection: { requirements: "2025-11-25" },
    passes: 84,
    knownFailures: [],
  },
  {
    title: "SDK v2, suite active",
    fixture: "fixture-v2",
    selection: { suite: "active" },
    passes: 73,
    knownFailures: [],
  },
  {
    title: "SDK v2, requirements 2025-11-25",
    fixture: "fixture-v2",
    selection: { requirements: "2025-11-25" },
    passes: 84,
    knownFailures: [],
  },
  {
    title: "SDK v2, requirements 2026-07-28",
    fixture: "fixture-v2",
    selection: { requirements: "2026-07-28" },
    passes: 164,
    knownFailures: [noTasks],
  },
];
