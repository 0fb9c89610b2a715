import type { Message } from "./message.ts";

/** Somebody who asks a server: a session, or a request that stands for itself. */
export interface Guest {
  /** A message of the server for this guest. */
  receive(message: Message): void;
  /** The server has ended: what is open gets no answer from it any more. */
  serverEnded(): void;
  /** Whether the guest takes what the server says to everybody, and questions of the server. */
  readonly listens: boolean;
}

/** A guest's place at a server. */
export interface Seat {
  send(message: Message): void;
  /** Whether the server has stopped reading. */
  readonly isClogged: boolean;
  /** What the guest still asked is withdrawn. */
  leave(): void;
}

/** Where guests are seated: a server for each, or one for all. */
export interface House {
  /** @throws OpsError when the server cannot be started. */
  seat(guest: Guest): Promise<Seat>;
  close(): Promise<void>;
}
