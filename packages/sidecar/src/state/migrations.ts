/** How the state came to be what it is: the version of a file is how many of these it has seen. Add to the end; never change one. */
export const MIGRATIONS: readonly string[] = [
  "CREATE TABLE fleet_slots (boot_id TEXT PRIMARY KEY, slot INTEGER NOT NULL UNIQUE) STRICT",
  "CREATE TABLE backup_known_servers (set_name TEXT NOT NULL, path TEXT NOT NULL, servers TEXT NOT NULL, PRIMARY KEY (set_name, path)) STRICT",
  "CREATE TABLE backup_way_back (set_name TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT",
  "CREATE TABLE failover_memory (group_name TEXT NOT NULL, node TEXT NOT NULL, highest_token TEXT NOT NULL, paused INTEGER NOT NULL, PRIMARY KEY (group_name, node)) STRICT",
  "CREATE TABLE failover_history (number INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL) STRICT",
  "CREATE TABLE failover_schedule (only INTEGER PRIMARY KEY CHECK (only = 1), request TEXT NOT NULL) STRICT",
];
