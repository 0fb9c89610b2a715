import { randomUUID } from "node:crypto";

/** Keeps every event in memory, so that a client which lost its stream can have the rest of it. */
export function eventStore<Message>(): {
  storeEvent(streamId: string, message: Message): Promise<string>;
  replayEventsAfter(
    lastEventId: string,
    to: { send: (eventId: string, message: Message) => Promise<void> },
  ): Promise<string>;
} {
  const events: Array<{ eventId: string; streamId: string; message: Message }> = [];

  return {
    async storeEvent(streamId, message) {
      const eventId = randomUUID();
      events.push({ eventId, streamId, message });
      return eventId;
    },

    async replayEventsAfter(lastEventId, { send }) {
      const last = events.findIndex((event) => event.eventId === lastEventId);
      const streamId = events[last]?.streamId ?? "";
      for (const { eventId, message, ...event } of events.slice(last + 1)) {
        // An event without a message opened the stream; there is nothing in it to send again.
        const empty = Object.keys(message as object).length === 0;
        if (event.streamId === streamId && !empty) await send(eventId, message);
      }
      return streamId;
    },
  };
}
