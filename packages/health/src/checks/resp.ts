import type { Socket } from "node:net";

/** Replies to AUTH and PING are one short line. */
const MAX_LINE_BYTES = 1024;

/** One command as Redis wants it (RESP array), so that no argument can be taken for another command. */
export function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

/** Reads replies of one line each (`+PONG`, `-NOAUTH …`). */
export async function* lines(socket: Socket): AsyncGenerator<string, void> {
  let kept = "";
  for await (const chunk of socket.setEncoding("utf8")) {
    kept += chunk;
    for (let end = kept.indexOf("\r\n"); end >= 0; end = kept.indexOf("\r\n")) {
      yield kept.slice(0, end);
      kept = kept.slice(end + 2);
    }
    if (kept.length > MAX_LINE_BYTES) throw new Error("the answer is not one of Redis");
  }
}
