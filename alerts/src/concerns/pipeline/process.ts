/** What tells one process from another: on its own page it is the instance, on the page of a sidecar a slot of a server. */
export const PROCESS = ["instance", "server", "slot"] as const;

/** The same in words. */
export const WHOSE = "{{ with $labels.server }}{{ . }} on {{ end }}{{ $labels.instance }}";
