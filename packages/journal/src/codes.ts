/** Codes of the errors this package throws or tells of; docs/errors.md tells what to do about each. */
export const JOURNAL_ERROR = {
  folderUnsafe: "JOURNAL_FOLDER_UNSAFE",
  writeFailed: "JOURNAL_WRITE_FAILED",
  tokenizer: "JOURNAL_TOKENIZER",
} as const;
