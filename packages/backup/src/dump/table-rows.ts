/** What a drill has found in a table that it restored. */
export interface TableRows {
  /** In PostgreSQL with its schema, `schema.table`. */
  readonly table: string;
  readonly rows: number;
}
