/** For so long before the window a counter may have been missing, without counting from 0. */
const MEMORY_SECONDS = 3600;

/**
 * How often a counter counted in the window, exactly. `increase` guesses, and it misses the first event of a series that begins
 * with it, at 1: a tool called three times would show two. Here a series that was not there before the window counts from 0,
 * and so does one that was set back; what it had counted within the window before that is not seen.
 *
 * `selector`: a counter with its matchers. `over`: the spelling of seconds as in the rules around it.
 */
export function eventsText(selector: string, seconds: number, over: (seconds: number) => string): string {
  const before = `last_over_time(${selector}[${over(MEMORY_SECONDS)}] offset ${over(seconds)})`;
  return `(${selector} - ${before} >= 0 or ${selector})`;
}
