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
  // Not `Object.entries`: that reads every member of a large object, through a read-only view, before we look at the first.
  for (const key of Reflect.ownKeys(value)) {
    if (room.left <= 0) break;
    const member = (value as Readonly<Record<PropertyKey, unknown>>)[key];
    if (member === undefined || typeof key === "symbol") continue;
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
