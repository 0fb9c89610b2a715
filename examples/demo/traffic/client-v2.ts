import type { Readable, Writable } from "node:stream";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import type { AnswerForm, Connect, DemoClient } from "./client.ts";

const ANY_RESULT = z.looseObject({});
/** A server that takes longer to greet is given up. */
const GREETING_PATIENCE_MS = 10_000;

/** What a server writes, and what it reads. */
interface Pipe {
  readonly stdout: Readable;
  readonly stdin: Writable;
}

/** A client of SDK v2 that asks the server which revision it speaks, and gets 2026-07-28. */
export const modernClient: Connect = async (url, answerForm) => {
  const client = await connected("auto", url, answerForm);
  return { ...asDemoClient(client), listen: (uri) => client.listen({ resourceSubscriptions: [uri] }) };
};

/** A client of SDK v2 that starts with `initialize`, as all did before. */
export const legacyClient: Connect = async (url, answerForm) =>
  asDemoClient(await connected("legacy", url, answerForm));

/** A client of SDK v2 at the end of a pipe. Lines in and lines out are the same at both ends, so that the process stays in other hands. */
export async function pipeClient({ stdout, stdin }: Pipe): Promise<DemoClient> {
  const client = new Client({ name: "demo-pipe", version: "1.0.0" });
  await client.connect(new StdioServerTransport(stdout, stdin), { timeout: GREETING_PATIENCE_MS });
  return asDemoClient(client);
}

async function connected(mode: "auto" | "legacy", url: string, answerForm: AnswerForm): Promise<Client> {
  const info = { name: `demo-${mode === "auto" ? "modern" : "legacy"}`, version: "1.0.0" };
  const client = new Client(info, { capabilities: { elicitation: {} }, versionNegotiation: { mode } });
  client.setRequestHandler("elicitation/create", answerForm);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

function asDemoClient(client: Client): DemoClient {
  return {
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, options),
    listTools: () => client.listTools(),
    readResource: (uri) => client.readResource({ uri }),
    getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
    request: (method) => client.request({ method, params: {} }, ANY_RESULT),
    close: () => client.close(),
  };
}
