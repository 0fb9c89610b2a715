/** One server-sent event: its bytes as they came, and its fields. */
export interface ServerEvent {
  readonly raw: Uint8Array;
  readonly name: string;
  /** Undefined for an event that dispatches nothing: comments, a lone `retry`. */
  readonly data: string | undefined;
  readonly id: string | undefined;
}

/** The one form in which servers of the SDKs write messages, read without cutting it into lines. */
const USUAL = /^(?:event: message\n)?data: ([^\n\r]*)\n\n$/;

/** Drops a byte-order mark, as the standard has it. */
const READING = new TextDecoder();
const COPYING = new TextDecoder("utf-8", { ignoreBOM: true });

export function serverEvent(raw: Uint8Array): ServerEvent {
  const text = READING.decode(raw);
  const usual = USUAL.exec(text);
  if (usual !== null) return { raw, name: "message", data: usual[1], id: undefined };
  return { raw, ...fieldsOf(text) };
}

function fieldsOf(text: string): Omit<ServerEvent, "raw"> {
  let name = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [field, value] = cut(line);
    if (field === "data") data.push(value);
    else if (field === "event" && value !== "") name = value;
    else if (field === "id") id = value;
  }
  return { name, data: data.length === 0 ? undefined : data.join("\n"), id };
}

function cut(line: string): [field: string, value: string] {
  const colon = line.indexOf(":");
  if (colon === -1) return [line, ""];
  return [line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1)];
}

/** The event with other data; every other line of it stays. JSON text has no line ends, so the data is one line. */
export function withData({ raw }: ServerEvent, json: string): string {
  let written = false;
  const lines = COPYING.decode(raw)
    .split(/(?<=\r\n|\n|\r(?!\n))/)
    .flatMap((line) => {
      if (!/^\uFEFF?data(?:$|[:\r\n])/.test(line)) return [line];
      if (written) return [];
      written = true;
      return [`data: ${json}${/[\r\n]+$/.exec(line)?.[0] ?? "\n"}`];
    });
  return lines.join("");
}

/** A message of our own as an event. */
export function eventOf(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}
