/** JSON of a value, cut off at some `maxChars` characters: for what may be of any size, and is only looked at. */
export function boundedJson(value: unknown, maxChars: number): string {
  const parts: string[] = [];
  write(value, parts, { left: maxChars });
  return parts.join("");
}

function write(value: unknown, parts: string[], room: { left: number }): void {
  if (room.left <= 0) return;
  if (typeof value === "string") put(JSON.stringify(value.slice(0, room.left)), parts, room);
  else if (Array.isArray(value)) {
    put("[", parts, room);
    for (let i = 0; i < value.length && room.left > 0; i++) {
      if (i > 0) put(",", parts, room);
      write(value[i], parts, room);
    }
    put("]", parts, room);
  } else if (typeof value === "object" && value !== null) writeObject(value, parts, room);
  else put(JSON.stringify(value) ?? "null", parts, room);
}

function writeObject(value: object, parts: string[], room: { left: number }): void {
  put("{", parts, room);
  let isFirst = true;
  for (const [key, member] of Object.entries(value)) {
    if (room.left <= 0) break;
    if (member === undefined) continue;
    put(`${isFirst ? "" : ","}${JSON.stringify(key)}:`, parts, room);
    isFirst = false;
    write(member, parts, room);
  }
  put("}", parts, room);
}

function put(text: string, parts: string[], room: { left: number }): void {
  parts.push(text);
  room.left -= text.length;
}
