/** How the state came to be what it is: the version of a file is how many of these it has seen. Add to the end; never change one. */
export const MIGRATIONS: readonly string[] = [
  "CREATE TABLE fleet_slots (boot_id TEXT PRIMARY KEY, slot INTEGER NOT NULL UNIQUE) STRICT",
  "CREATE TABLE backup_known_servers (set_name TEXT NOT NULL, path TEXT NOT NULL, servers TEXT NOT NULL, PRIMARY KEY (set_name, path)) STRICT",
  "CREATE TABLE backup_way_back (set_name TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT",
  "CREATE TABLE failover_memory (group_name TEXT NOT NULL, node TEXT NOT NULL, highest_token TEXT NOT NULL, paused INTEGER NOT NULL, PRIMARY KEY (group_name, node)) STRICT",
  "CREATE TABLE failover_history (number INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL) STRICT",
  "CREATE TABLE failover_schedule (only INTEGER PRIMARY KEY CHECK (only = 1), request TEXT NOT NULL) STRICT",
  `CREATE TABLE slo_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL, time_zone TEXT NOT NULL, made INTEGER NOT NULL,
     since INTEGER NOT NULL, until INTEGER, unread_from INTEGER, counted_to INTEGER NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL) STRICT;
   CREATE TABLE slo_minutes (series INTEGER NOT NULL, minute INTEGER NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL,
     PRIMARY KEY (series, minute)) STRICT, WITHOUT ROWID;
   CREATE TABLE slo_days (series INTEGER NOT NULL, day TEXT NOT NULL, good INTEGER NOT NULL, bad INTEGER NOT NULL,
     PRIMARY KEY (series, day)) STRICT, WITHOUT ROWID;
   CREATE TABLE slo_tracks (series INTEGER NOT NULL, minute INTEGER NOT NULL, track TEXT NOT NULL, PRIMARY KEY (series, minute)) STRICT, WITHOUT ROWID;
   CREATE TABLE slo_incidents (series INTEGER NOT NULL, from_minute INTEGER NOT NULL, to_minute INTEGER NOT NULL, bad INTEGER NOT NULL,
     worst REAL NOT NULL, noted INTEGER NOT NULL, PRIMARY KEY (series, from_minute)) STRICT, WITHOUT ROWID;
   CREATE TABLE slo_probes (minute INTEGER NOT NULL, server TEXT NOT NULL, answered INTEGER NOT NULL, silent INTEGER NOT NULL,
     absent INTEGER NOT NULL, PRIMARY KEY (minute, server)) STRICT, WITHOUT ROWID;
   CREATE TABLE slo_gaps (from_minute INTEGER PRIMARY KEY, to_minute INTEGER NOT NULL) STRICT;
   CREATE TABLE slo_lost (day TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE slo_failovers (number INTEGER PRIMARY KEY, at TEXT NOT NULL, record TEXT NOT NULL) STRICT;
   CREATE TABLE slo_backups (set_name TEXT NOT NULL, at TEXT NOT NULL, result TEXT NOT NULL, verified_at TEXT,
     PRIMARY KEY (set_name, at)) STRICT, WITHOUT ROWID`,
  "CREATE TABLE slo_tidied (only INTEGER PRIMARY KEY CHECK (only = 1), minute INTEGER NOT NULL) STRICT",
];
