/** Bytes as people read them. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

export function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`;
}
