/**
 * How a ledger came to be what it is: its version is how many of these it has seen. Add to the end; never change one.
 *
 * Rows of `usage`, `uses` and `outcomes` are minutes; those of the tables that end in `_days` are sums of the same, by segment: a day, or the part of
 * one in which a version of the price book was in force. Nothing ever takes anything off a row; retention removes whole ones. The sums of
 * `usage_days` are decimal text, because a day of a large machine passes 64 bits in byte-milliseconds.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE names (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, seen_minute INTEGER NOT NULL, UNIQUE (kind, text)) STRICT;
   CREATE TABLE segments (id INTEGER PRIMARY KEY, day TEXT NOT NULL, time_zone TEXT NOT NULL, from_minute INTEGER NOT NULL UNIQUE,
     to_minute INTEGER NOT NULL, price TEXT NOT NULL) STRICT;
   CREATE TABLE usage (minute INTEGER NOT NULL, server INTEGER NOT NULL, cpu_us INTEGER NOT NULL, sampled_cpu_us INTEGER NOT NULL,
     memory_byte_ms INTEGER NOT NULL, measured_ms INTEGER NOT NULL, gap_ms INTEGER NOT NULL, gap_byte_ms INTEGER NOT NULL,
     unseen_ms INTEGER NOT NULL, memory_bytes INTEGER, storage_byte_ms INTEGER NOT NULL, received_bytes INTEGER, sent_bytes INTEGER,
     read_bytes INTEGER, written_bytes INTEGER, allocated_cpu_us INTEGER NOT NULL, allocated_memory_byte_ms INTEGER NOT NULL,
     PRIMARY KEY (minute, server)) STRICT, WITHOUT ROWID;
   CREATE TABLE usage_days (segment INTEGER NOT NULL, server INTEGER NOT NULL, sums TEXT NOT NULL, PRIMARY KEY (segment, server)) STRICT, WITHOUT ROWID;
   CREATE TABLE uses (minute INTEGER NOT NULL, server INTEGER NOT NULL, method INTEGER NOT NULL, target INTEGER NOT NULL, status INTEGER NOT NULL,
     principal INTEGER NOT NULL, session INTEGER NOT NULL, #,
     PRIMARY KEY (minute, server, method, target, status, principal, session)) STRICT, WITHOUT ROWID;
   CREATE TABLE use_days (segment INTEGER NOT NULL, server INTEGER NOT NULL, method INTEGER NOT NULL, target INTEGER NOT NULL,
     status INTEGER NOT NULL, principal INTEGER NOT NULL, #,
     PRIMARY KEY (segment, server, method, target, status, principal)) STRICT, WITHOUT ROWID;
   CREATE TABLE session_days (segment INTEGER NOT NULL, server INTEGER NOT NULL, session INTEGER NOT NULL, method INTEGER NOT NULL,
     target INTEGER NOT NULL, #,
     PRIMARY KEY (segment, server, session, method, target)) STRICT, WITHOUT ROWID;
   CREATE TABLE outcomes (minute INTEGER NOT NULL, server INTEGER NOT NULL, method INTEGER NOT NULL, target INTEGER NOT NULL,
     status INTEGER NOT NULL, count INTEGER NOT NULL, latencies TEXT NOT NULL,
     PRIMARY KEY (minute, server, method, target, status)) STRICT, WITHOUT ROWID;
   CREATE TABLE outcome_days (segment INTEGER NOT NULL, server INTEGER NOT NULL, method INTEGER NOT NULL, target INTEGER NOT NULL,
     status INTEGER NOT NULL, count INTEGER NOT NULL, latencies TEXT NOT NULL,
     PRIMARY KEY (segment, server, method, target, status)) STRICT, WITHOUT ROWID;
   CREATE TABLE definitions (server INTEGER NOT NULL, hour INTEGER NOT NULL, minute INTEGER NOT NULL, method TEXT NOT NULL,
     tokens INTEGER NOT NULL, tools TEXT NOT NULL, PRIMARY KEY (server, hour)) STRICT, WITHOUT ROWID;
   CREATE TABLE lost (segment INTEGER NOT NULL, why TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (segment, why)) STRICT, WITHOUT ROWID;
   CREATE TABLE journal_files (name TEXT PRIMARY KEY, offset INTEGER NOT NULL, is_skipping INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`.replaceAll(
    "#",
    `count INTEGER NOT NULL, duration_us INTEGER NOT NULL, request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
     tokens_estimate INTEGER NOT NULL, tokens_tokenizer INTEGER NOT NULL, tokens_reported INTEGER NOT NULL,
     cpu_us INTEGER NOT NULL, cpu_calls INTEGER NOT NULL`,
  ),
  // Since when a journal is not to be found; null while it is there.
  "ALTER TABLE journal_files ADD COLUMN missed_minute INTEGER",
];
