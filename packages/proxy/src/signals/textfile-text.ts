/** Families of every process: node-exporter has some of these names itself, and one name with two meanings spoils its whole scrape. */
const OF_EVERY_PROCESS = /^(?:process|nodejs)_/;

const COMMENT = /^# (?:HELP|TYPE) (\S+)/;

/**
 * The metrics as one of several files of a folder: without those of every process, and each series marked with `labels`, because
 * two files with the same series would spoil the collector's scrape.
 */
export function forTextfile(exposition: string, labels: Readonly<Record<string, string>>): string {
  const mark = Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
  const lines = exposition.split("\n").filter((line) => !OF_EVERY_PROCESS.test(COMMENT.exec(line)?.[1] ?? line));
  return lines.map((line) => (line === "" || line.startsWith("#") ? line : marked(line, mark))).join("\n");
}

function marked(sample: string, mark: string): string {
  const end = sample.search(/[{ ]/);
  const [name, rest] = [sample.slice(0, end), sample.slice(end)];
  return rest.startsWith("{") ? `${name}{${mark},${rest.slice(1)}` : `${name}{${mark}}${rest}`;
}
