export {
  type BudgetGateOptions,
  type BudgetGuard,
  type BudgetStats,
  DEFAULT_MAX_BUDGET_AGE_MS,
  guardBudget,
  type KnownBudgets,
} from "./budget/guard-budget.ts";
export { GUARD_ERROR } from "./codes.ts";
export { readEpochFile, writeEpochFile } from "./fencing/epoch-file.ts";
export { type EtcdFence, type EtcdTxn, type EtcdTxnAnswer, etcdFence } from "./fencing/etcd-fence.ts";
export { admitRequest } from "./fencing/fenced-http.ts";
export { type FencedSink, type FencedSinkOptions, fencedSink } from "./fencing/fenced-sink.ts";
export { fencedWrites } from "./fencing/fenced-writes.ts";
export { fencingToken, tokenFromFront } from "./fencing/handed-token.ts";
export { DEFAULT_MAX_COUNT, DEFAULT_MAX_INCARNATIONS, type JumpLimits } from "./fencing/judge-token.ts";
export { type SqlFence, type SqlFenceOptions, type SqlQuery, type SqlResult, sqlFence } from "./fencing/sql-fence.ts";
export { guardRole, type RoleGateOptions, type RoleGuard, type RoleStats } from "./role/guard-role.ts";
export { DEFAULT_POLL_MS, type OpenRole, type OpenRoleOptions, openRole } from "./role/open-role.ts";
export { type Clocks, SYSTEM_CLOCKS } from "./role/reign.ts";
export { RolePage } from "./role/role-page.ts";
export type { RoleView } from "./role/role-view.ts";
