/** Wrappers with a bug in them, which the gate must find. */

type Send = (message: unknown, options?: unknown) => Promise<void>;
interface Wire {
  send: Send;
  onmessage?: (message: unknown, extra?: unknown) => void;
}
interface Connects {
  connect(wire: Wire): Promise<void>;
}

type Factory = (...args: unknown[]) => object;

export type Flaw = "loses a field" | "dispatches late";

const flaws: Record<Flaw, (server: Connects) => Connects["connect"]> = {
  "loses a field": (server) => {
    const connect = server.connect.bind(server);
    return (wire) => {
      const send = wire.send.bind(wire);
      wire.send = (message, options) => send(withoutMimeTypes(message), options);
      return connect(wire);
    };
  },
  /** One tick is enough: SDK v2 chooses the HTTP status of an error while it dispatches. */
  "dispatches late": (server) => {
    const connect = server.connect.bind(server);
    return async (wire) => {
      await connect(wire);
      const dispatch = wire.onmessage;
      wire.onmessage = async (message, extra) => {
        await undefined;
        dispatch?.(message, extra);
      };
    };
  },
};

/** Gives a wrapper that damages a server, or every server that a factory makes. */
export function planted(flaw: Flaw): <T extends object>(served: T) => T {
  return function damage<T extends object>(served: T): T {
    if (typeof served === "function") return damagedFactory(served as unknown as Factory, damage) as unknown as T;
    if ("connect" in served) Object.assign(served, { connect: flaws[flaw](served as Connects) });
    return served;
  };
}

function damagedFactory(factory: Factory, damage: (server: object) => object): Factory {
  return (...args) => damage(factory(...args));
}

function withoutMimeTypes(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message, (key, value) => (key === "mimeType" ? undefined : value)));
}
