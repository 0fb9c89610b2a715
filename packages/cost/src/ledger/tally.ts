export type Ids = readonly number[];

/** Rows of a batch by their keys: each is written once. */
export class Tally<Value> {
  readonly rows: Map<string, { readonly key: Ids; value: Value }> = new Map();

  add(key: Ids, value: Value, sum: (a: Value, b: Value) => Value): void {
    const name = key.join(" ");
    const row = this.rows.get(name);
    if (row === undefined) this.rows.set(name, { key, value });
    else row.value = sum(row.value, value);
  }
}
