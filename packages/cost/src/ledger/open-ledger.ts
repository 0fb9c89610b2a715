import { openFile } from "./file.ts";
import { Ledger, type LedgerOptions } from "./ledger.ts";

/**
 * Opens the ledger, and makes it where there is none. A new calendar is applied to days whose minutes are still there.
 *
 * @throws COST_LEDGER_IN_USE, COST_LEDGER_NEWER, COST_LEDGER_UNUSABLE, COST_ZONE_UNKNOWN
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { database, damage } = await openFile(options.file);
  try {
    const ledger = new Ledger(database, damage, options);
    await ledger.setCalendar({ ...options.calendar, prices: options.calendar.prices ?? ledger.calendar.prices });
    return ledger;
  } catch (error) {
    database.close();
    throw error;
  }
}
