/** How far a long work has come. */
export interface Progress {
  readonly phase: "walk" | "dump" | "write" | "verify" | "stage" | "switch" | "send" | "fetch";
  readonly files: number;
  readonly bytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
}

export type OnProgress = (progress: Progress) => void;

/** Adds up entries as they go by, and tells of each. */
export function progressOf(
  phase: Progress["phase"],
  totalBytes: number,
  onProgress: OnProgress | undefined,
): (entry: { readonly type: string; readonly size: number }) => void {
  let files = 0;
  let bytes = 0;
  return ({ type, size }) => {
    if (type === "file") files++;
    bytes += size;
    onProgress?.({ phase, files, bytes, totalBytes });
  };
}
