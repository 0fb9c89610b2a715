import type { AuditOptions } from "@mcp-ops/audit";
import type { HealthOptions } from "@mcp-ops/health";
import type { ReportOptions } from "@mcp-ops/journal";
import type { TracingOptions } from "@mcp-ops/tracing";
import { aFunction, atLeastOne, type Expected, isObject, oneOf, text, yesOrNo } from "../check-options.ts";
import type { WatchBudgetOptions } from "./budget-part.ts";
import type { WatchJournalOptions } from "./journal-part.ts";
import type { WatchRoleOptions } from "./role-part.ts";

const object: Expected = { fits: isObject, words: "an object" };
const fromZero: Expected = {
  fits: (value) => typeof value === "number" && value >= 0,
  words: "a number from 0",
};
const list: Expected = { fits: Array.isArray, words: "a list" };
const iterable: Expected = {
  fits: (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
  words: "a list or a set",
};

export const TRACING_OPTIONS: Readonly<Record<keyof TracingOptions, Expected>> = {
  mode: oneOf("native", "propagation-only", "off"),
  untracedNotifications: iterable,
  clientFaultCodes: { fits: (value) => value instanceof Set, words: "a set of numbers" },
  baggage: list,
  captureContent: { fits: (value) => typeof value === "boolean" || isObject(value), words: "true, false or options" },
  redact: aFunction,
  resourceUri: oneOf("path", "full"),
  resourceUriInName: yesOrNo,
  tracedElsewhere: aFunction,
  durations: yesOrNo,
  tracerProvider: object,
  meterProvider: object,
  propagator: object,
};

export const AUDIT_OPTIONS: Readonly<Record<keyof AuditOptions, Expected>> = {
  server: text,
  folder: text,
  also: list,
  stdio: yesOrNo,
  component: text,
  boot: text,
  durability: oneOf("buffered", "synchronous", "required"),
  flushMs: fromZero,
  maxQueue: fromZero,
  maxHoldMs: fromZero,
  slowMs: fromZero,
  retryMs: fromZero,
  keyFile: text,
  checkpointRecords: fromZero,
  checkpointMs: fromZero,
  maxFileBytes: fromZero,
  maxFileAgeMs: fromZero,
  rotateAt: oneOf("hour", "day", "never"),
  compress: oneOf("gzip", "zstd", "none"),
  keepMs: fromZero,
  keepBytes: fromZero,
  pseudonymKeyFile: text,
  subject: aFunction,
  purpose: aFunction,
  resources: aFunction,
  include: aFunction,
  bodies: object,
  onFault: aFunction,
};

export const HEALTH_OPTIONS: Readonly<Record<keyof HealthOptions, Expected>> = {
  checks: list,
  server: text,
  version: text,
  statusResource: yesOrNo,
  details: aFunction,
  resources: list,
  templates: list,
  onCheck: aFunction,
  onWarning: aFunction,
  clock: object,
};

export const ROLE_OPTIONS: Readonly<Record<keyof WatchRoleOptions, Expected>> = {
  url: { ...text, required: true },
  pollMs: atLeastOne,
  timeoutMs: atLeastOne,
  onWarning: aFunction,
  clocks: object,
  reads: oneOf("refuse", "serve-stale"),
  readTools: list,
  trustReadOnlyHint: yesOrNo,
};

export const JOURNAL_OPTIONS: Readonly<Record<keyof WatchJournalOptions, Expected>> = {
  folder: text,
  cpu: yesOrNo,
  tokenizer: { fits: (value) => typeof value === "boolean" || isObject(value), words: "true, false or options" },
  onWarning: aFunction,
};

export const COST_OPTIONS: Readonly<Record<keyof ReportOptions, Expected>> = {
  detailsFor: list,
  servers: oneOf("own", "all"),
  offeredTo: oneOf("known", "everyone"),
};

export const BUDGET_OPTIONS: Readonly<Record<keyof WatchBudgetOptions, Expected>> = {
  folder: text,
  maxAgeMs: atLeastOne,
  pollMs: atLeastOne,
  onWarning: aFunction,
};
