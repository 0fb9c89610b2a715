/** Told what went wrong beside the traffic, which goes on. */
export type Warn = (error: unknown) => void;

/** The work, or undefined and a warning: a signal that cannot be opened is never the server's end. */
export async function orWarn<T>(onWarning: Warn, open: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    onWarning(error);
    return undefined;
  }
}
