/** Entry of a thread that reads a ledger whole, and tells whether it is damaged. It changes nothing. */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

export interface CheckResult {
  readonly damage: string | undefined;
  readonly error: { readonly message: string; readonly errcode: number | undefined } | undefined;
}

parentPort?.postMessage(check(String(workerData)));

function check(file: string): CheckResult {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    const said = String(Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {})[0] ?? "nothing");
    return { damage: said === "ok" ? undefined : said, error: undefined };
  } catch (cause) {
    const { message, errcode } = cause as { message: string; errcode?: number };
    if (isDamage(errcode)) return { damage: message, error: undefined };
    return { damage: undefined, error: { message, errcode } };
  } finally {
    database?.close();
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
function isDamage(code: number | undefined): boolean {
  return [11, 26].includes(Number(code) & 0xff);
}
