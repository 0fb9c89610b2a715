export type { RoleView } from "./role-view.ts";
