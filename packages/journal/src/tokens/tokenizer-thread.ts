/** Entry of the tokenizer's thread. */
import { type MessagePort, workerData } from "node:worker_threads";

interface Asked {
  readonly id: number;
  readonly texts: readonly string[];
}

const { port } = workerData as { readonly port: MessagePort };
const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
/** What looks like a control token is text here. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

port.on("message", ({ id, texts }: Asked) => {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text, AS_TEXT), 0);
  port.postMessage({ id, tokens });
});
