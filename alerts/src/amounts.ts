/** `5 %` for 0.05. */
export function percentText(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(6))} %`;
}

/** `1.5 GiB`, in the largest unit of which there is one. */
export function bytesText(bytes: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  const unit = ["B", "KiB", "MiB", "GiB", "TiB"][power];
  return `${Number((bytes / 1024 ** power).toPrecision(4))} ${unit}`;
}
