import { context, type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";

interface Transport {
  onmessage?: (message: Message, extra: unknown) => void;
  send(message: Message, options: unknown): Promise<void>;
  start(): Promise<void>;
}

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

interface LowLevelServer {
  connect(transport: Transport): Promise<void>;
}

/**
 * The span an author would write himself around each request, with none of our packages, and no more of the conventions than the
 * name, the method and the tool: the floor that OpenTelemetry sets.
 */
export function spanByHand<T extends object>(subject: T, tracer: Tracer): T {
  if (isFactory(subject)) return (() => spanByHand(subject(), tracer)) as T;
  const { server } = subject as unknown as { server: LowLevelServer };
  const connect = server.connect.bind(server);
  server.connect = (transport) => {
    spansAround(transport, tracer);
    return connect(transport);
  };
  return subject;
}

function isFactory(subject: object): subject is () => object {
  return typeof subject === "function";
}

function spansAround(transport: Transport, tracer: Tracer): void {
  const open = new Map<Message["id"], Span>();
  const send = transport.send.bind(transport);
  const start = transport.start.bind(transport);
  transport.send = (message, options) => {
    open.get(message.id)?.end();
    open.delete(message.id);
    return send(message, options);
  };
  transport.start = () => {
    const dispatch = transport.onmessage;
    transport.onmessage = (message, extra) => {
      if (message.id === undefined || message.method === undefined) return dispatch?.(message, extra);
      const { method, params } = message;
      const attributes = { "mcp.method.name": method, ...(params?.name && { "gen_ai.tool.name": params.name }) };
      const span = tracer.startSpan(`${method} ${params?.name ?? ""}`, { kind: SpanKind.SERVER, attributes });
      open.set(message.id, span);
      context.with(trace.setSpan(context.active(), span), () => dispatch?.(message, extra));
    };
    return start();
  };
}
