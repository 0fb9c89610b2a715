/** Begins a sentence. A process that is scraped itself has no label `server` on what it says of itself. */
export const WHO = '{{ or $labels.server "A process" }} on {{ $labels.instance }}';
