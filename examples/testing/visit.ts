import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpTransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioServerTransport as PipeV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import type { Transport as TransportV1 } from "@modelcontextprotocol/sdk/shared/transport.js";
import { StdioServerTransport as Pipe } from "@modelcontextprotocol/server/stdio";
import type { Child } from "./child.ts";

const INFO = { name: "visitor", version: "1.0.0" };

/** A client that is connected, of whichever SDK. */
export interface Visitor {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

export async function overHttpV1(url: string): Promise<Visitor> {
  const client = new ClientV1(INFO);
  await client.connect(new HttpTransportV1(new URL(url)) as TransportV1);
  return client;
}

export async function overHttpV2(url: string, mode: "auto" | "legacy"): Promise<Visitor> {
  const client = new Client(INFO, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

/** Lines in and lines out are the same at both ends of a pipe, so that the tests keep the child, and its stdout, in their own hands. */
export async function overStdioV1({ process: { stdout, stdin } }: Child): Promise<Visitor> {
  const client = new ClientV1(INFO);
  await client.connect(new PipeV1(stdout, stdin));
  return client;
}

export async function overStdioV2({ process: { stdout, stdin } }: Child): Promise<Visitor> {
  const client = new Client(INFO, { versionNegotiation: { mode: "auto" } });
  await client.connect(new Pipe(stdout, stdin));
  return client;
}
