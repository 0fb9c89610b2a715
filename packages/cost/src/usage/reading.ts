/** A point in time on two clocks: what the wall shows, and one that nobody sets. */
export interface Moment {
  /** Since 1970. */
  readonly wallMs: number;
  /** Moments of one timer can be told apart by `timerMs`; others by the wall only. A boot of the machine has one. */
  readonly timer: string;
  readonly timerMs: number;
}

/** The counters of one process. They never go back while it lives. */
export interface ProcessReading {
  /** Pid and start time: with the timer, this process and no other. */
  readonly key: string;
  /** Key of its parent, where that is visible. */
  readonly parent: string | undefined;
  /** On the timer. */
  readonly startedMs: number;
  /** utime + stime. */
  readonly cpuUs: number;
  /** cutime + cstime: children that ended and were waited for, with theirs. */
  readonly endedCpuUs: number;
  /** Including children that ended. Undefined where it may not be read. */
  readonly readBytes?: number | undefined;
  readonly writtenBytes?: number | undefined;
}

/** Counters of something that counts for all within it. A key never comes back. */
export interface GroupReading {
  readonly key: string;
  readonly cpuUs: number;
  readonly readBytes?: number | undefined;
  readonly writtenBytes?: number | undefined;
}

export interface NetworkReading {
  /** Of the network namespace. */
  readonly key: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** Somebody whose usage is booked: one start of a server. */
export interface OwnerReading {
  /** Its boot id. */
  readonly owner: string;
  readonly server: string;
  /** Key of the process with which it begins; its descendants are its own, unless they belong to another owner. Undefined: it is gone, or was never seen. */
  readonly root: string | undefined;
  /** Working set of all that is its own; undefined where it cannot be known. */
  readonly memoryBytes?: number | undefined;
  /** Counts instead of the processes, where given. */
  readonly group?: GroupReading | undefined;
  readonly network?: NetworkReading | undefined;
  /** Size of the folders named for it. */
  readonly storageBytes?: number | undefined;
  /** Cores in use just now: only where there is no counter. */
  readonly cores?: number | undefined;
}

/** What a look at the machine has found. */
export interface Reading extends Moment {
  readonly owners: readonly OwnerReading[];
  /** Those that belong to an owner. */
  readonly processes: readonly (ProcessReading & { readonly owner: string })[];
}
