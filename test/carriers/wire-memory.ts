import { type AuthInfo, authOf } from "./http-house.ts";
import { MessageWire, type Wire } from "./wire.ts";

interface MemoryEnd<Message> {
  start(): Promise<void>;
  send(message: Message, options?: { authInfo?: AuthInfo }): Promise<void>;
  onmessage?: ((message: Message) => void) | undefined;
}

/** Speaks to an in-memory transport in the text of its messages. */
export async function memoryWire<Message>(end: MemoryEnd<Message>): Promise<Wire> {
  const wire = new MessageWire((text, headers) => {
    const authInfo = authOf(headers?.authorization);
    return end.send(JSON.parse(text) as Message, authInfo && { authInfo });
  });
  end.onmessage = (message) => wire.hear(JSON.stringify(message));
  await end.start();
  return wire;
}
