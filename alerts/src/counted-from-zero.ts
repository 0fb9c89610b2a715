/**
 * What a counter counted within a window, its first events too. A counter of ours often appears with its first event, at 1, and `increase` sees
 * no increase in that: so a series that was not there when the window began counts from 0. Not so where nobody scraped the target then: what a
 * process counted before Prometheus knew of it did not happen now.
 */
export function countedFromZero(counter: string, window: string): string {
  const begun = `max_over_time(${counter}[${window}]) unless ${counter} offset ${window} and on (job, instance) (up offset ${window})`;
  return `((${begun}) or increase(${counter}[${window}]))`;
}
