import { MessageWire, type Wire } from "./wire.ts";

/** Speaks the older HTTP+SSE transport in bytes: messages go out by POST and come back on one event stream. */
export async function sseWire(url: string): Promise<Wire> {
  const leaving = new AbortController();
  const stream = await fetch(url, { signal: leaving.signal });
  const endpoint = Promise.withResolvers<string>();
  const wire = new MessageWire(
    async (text, headers) => {
      const answer = await fetch(await endpoint.promise, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: text,
      });
      await answer.text();
    },
    () => leaving.abort(),
  );
  void listen(stream, (event, data) => {
    if (event === "endpoint") endpoint.resolve(new URL(data, url).href);
    else wire.hear(data);
  });
  return wire;
}

async function listen(stream: Response, hear: (event: string, data: string) => void): Promise<void> {
  let text = "";
  try {
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const [, name = "", data = ""] of events.map((event) => /^event: (.*)\ndata: (.*)$/s.exec(event) ?? [])) {
        hear(name, data);
      }
    }
  } catch {
    // The stream was left, which is how this wire ends.
  }
}
