import { diskCheck, type Health, health, postgresCheck, redisCheck, toolsCheck } from "@mcp-ops/health";

/** Health of a shop that cannot do without its database, and can without its cache. */
export function shopHealth(databaseUrl: string, listTools: () => string[]): Health {
  return health({
    checks: [
      postgresCheck({ name: "orders", connectionString: databaseUrl }),
      redisCheck({ name: "cache", host: "localhost", criticality: "optional" }),
      diskCheck({ path: "/", criticality: "optional" }),
      toolsCheck({ expected: ["find_order"], list: listTools }),
    ],
  });
}
