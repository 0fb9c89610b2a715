import { type AuditLog, announce, auditLog, type Listen, opsEndpoint, pipelineFor, thisBoot } from "@mcp-ops/kit";
import type { Pipeline } from "@mcp-ops/tap";

/** What is recorded of the traffic, and where it shows. */
export interface SignalOptions {
  /** Name of the server in every signal. */
  readonly server: string;
  /** Where the ops endpoint listens; `off` for none. Default: a socket in the runtime folder. */
  readonly listen?: Listen | "off" | undefined;
  /** Host names that may ask the ops endpoint besides the loopback names. */
  readonly hosts?: readonly string[] | undefined;
  /** The runtime folder, where the registration file is left. */
  readonly folder: string;
  /** Where the audit log goes; none without it. */
  readonly auditFolder?: string | undefined;
  /** Whether clients find the resource `health://status`. Default: no, because nothing on the wire differs without it. */
  readonly healthResource?: boolean | undefined;
  /** Told what went wrong beside the traffic, which goes on. */
  readonly onWarning: (error: unknown) => void;
}

/** The signals of one server outside this process. */
export interface Signals extends AsyncDisposable {
  readonly pipeline: Pipeline;
  /** Where the ops endpoint is: a URL or the path of a socket; undefined where it is off or could not be opened. */
  readonly endpoint: string | undefined;
  close(): Promise<void>;
}

/** Opens all that watches. An ops endpoint or an audit log that cannot be opened is a warning, never the server's end. */
export async function openSignals(options: SignalOptions): Promise<Signals> {
  const { server, healthResource = false } = options;
  const audit = openAudit(options);
  const health = healthResource ? undefined : { statusResource: false };
  const pipeline = pipelineFor({ server, audit, health });
  const endpoint = await openEndpoint(options);
  const close = async () => {
    await endpoint?.close();
    await audit?.close();
  };
  return { pipeline, endpoint: endpoint?.url ?? endpoint?.socketPath, close, [Symbol.asyncDispose]: close };
}

function openAudit({ auditFolder, server, onWarning }: SignalOptions): AuditLog | undefined {
  if (auditFolder === undefined) return undefined;
  try {
    return auditLog({ server, folder: auditFolder, boot: thisBoot().bootId, onFault: onWarning });
  } catch (error) {
    onWarning(error);
    return undefined;
  }
}

async function openEndpoint({ listen, hosts, folder, server, onWarning }: SignalOptions) {
  if (listen === "off") return undefined;
  const shared = { listen, hosts };
  try {
    return await announce({ ...shared, folder, server });
  } catch (error) {
    onWarning(error);
  }
  if (listen === undefined) return undefined;
  try {
    return await opsEndpoint(shared);
  } catch {
    return undefined; // The warning has said why already.
  }
}
