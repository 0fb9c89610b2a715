import type { SpanExporter } from "@opentelemetry/sdk-trace";

/** Parts of OpenTelemetry's exporters that have no public handle. Where an exporter is built otherwise, it is left alone. */
interface Inside {
  /** OTLP: over HTTP a transport that tries again, around one that sends; over gRPC the latter alone. */
  readonly _delegate?: { readonly _transport?: Retrying & Partial<Sending> };
  /** Jaeger. */
  readonly _sender?: { close(): void };
}

interface Retrying {
  retry?(data: Uint8Array, timeoutMs: number, inMs: number): Promise<unknown>;
  readonly _transport?: Sending;
}

interface Sending {
  send(data: Uint8Array, timeoutMs: number): Promise<unknown>;
  /** Over HTTP. */
  readonly _utils?: { readonly agent?: { destroy(): void } } | null;
  /** Over gRPC. */
  _client?: GrpcClient;
}

interface GrpcClient {
  export(...given: unknown[]): { cancel(): void };
  close(): void;
}

/**
 * Takes from an exporter what keeps a process alive for a collector that does not answer: between two tries nobody waits for it, and
 * what this gives ends what is under way at once.
 */
export function mortal(exporter: SpanExporter): () => void {
  const inside = exporter as Inside;
  const retrying = inside._delegate?._transport;
  const sending = retrying?._transport ?? (retrying as Sending | undefined);
  let isOver = false;
  if (retrying?.retry !== undefined && sending !== undefined) {
    retrying.retry = (data, timeoutMs, inMs) =>
      new Promise((resolve, reject) => {
        const again = () => (isOver ? resolve(GIVEN_UP) : sending.send(data, timeoutMs).then(resolve, reject));
        setTimeout(again, inMs).unref();
      });
  }
  const cancelCalls = sending !== undefined && "_client" in sending ? callsOf(sending) : () => {};
  return () => {
    isOver = true;
    cancelCalls();
    sending?._utils?.agent?.destroy();
    try {
      inside._sender?.close();
    } catch {
      // A socket that its own shutdown has closed.
    }
  };
}

const GIVEN_UP = { status: "failure", error: new Error("The process ends, and the collector has not answered.") };

/** gRPC's client waits for its calls when it is closed; they must be cancelled one by one. */
function callsOf(sending: Sending): () => void {
  const calls = new Set<{ cancel(): void }>();
  let client = sending._client;
  Object.defineProperty(sending, "_client", {
    get: () => client,
    set(made: GrpcClient | undefined) {
      client = made;
      if (made === undefined) return;
      const send = made.export.bind(made);
      made.export = (...given) => {
        const done = given.pop() as (...results: unknown[]) => void;
        const call = send(...given, (...results: unknown[]) => {
          calls.delete(call);
          done(...results);
        });
        calls.add(call);
        return call;
      };
    },
  });
  return () => {
    for (const call of calls) call.cancel();
    client?.close();
  };
}
