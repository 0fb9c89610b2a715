import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import type { Connect } from "./client.ts";

const ANY_RESULT = z.looseObject({});

/** A client of SDK v1. */
export const v1Client: Connect = async (url) => {
  const client = new Client({ name: "demo-v1", version: "1.0.0" });
  // The SDK's own transport does not fit its interface under exactOptionalPropertyTypes.
  await client.connect(new StreamableHTTPClientTransport(new URL(url)) as Transport);
  return {
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    listTools: () => client.listTools(),
    readResource: (uri) => client.readResource({ uri }),
    getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
    request: (method) => client.request({ method, params: {} }, ANY_RESULT),
    close: () => client.close(),
  };
};
