/** One change of the disk, that can be undone. Paths are relative to the root. */
export type Step =
  /** The file or link becomes the one in `new/`; what stood there (`had`) is kept in `old/`. */
  | { readonly do: "put"; readonly path: string; readonly had: boolean }
  /** The file or link goes to `old/`. */
  | { readonly do: "take"; readonly path: string }
  | { readonly do: "make-folder"; readonly path: string; readonly owner: Owner | undefined }
  /** Only if it is empty then: what a backup does not hold is not removed either. */
  | { readonly do: "drop-folder"; readonly path: string; readonly mode: number; readonly owner: Owner | undefined }
  /** Of a folder; `from` is null for one that the restore makes, whose place may hold something else again when it is undone. */
  | { readonly do: "mode"; readonly path: string; readonly from: number | null; readonly to: number };

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What is to happen below one root. */
export interface RootSteps {
  readonly root: string;
  /** Holds `new/` and `old/`; on the file system of the root. */
  readonly staging: string;
  /** Folders that were made so that the root is there, outermost first. */
  readonly made: readonly string[];
  readonly steps: readonly Step[];
}
