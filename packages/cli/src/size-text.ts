const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** `412 B`, `3.4 MB`: three figures at most, in powers of a thousand, as disks are sold. */
export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}
