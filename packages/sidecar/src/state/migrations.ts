/** How the state came to be what it is: the version of a file is how many of these it has seen. Add to the end; never change one. */
export const MIGRATIONS: readonly string[] = [
  "CREATE TABLE fleet_slots (boot_id TEXT PRIMARY KEY, slot INTEGER NOT NULL UNIQUE) STRICT",
  "CREATE TABLE backup_known_servers (set_name TEXT NOT NULL, path TEXT NOT NULL, servers TEXT NOT NULL, PRIMARY KEY (set_name, path)) STRICT",
  "CREATE TABLE backup_way_back (set_name TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT",
];
