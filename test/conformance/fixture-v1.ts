/** A server for the official suite, on SDK v1: sessions over Streamable HTTP, revisions up to 2025-11-25. */
import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  type JSONRPCMessage,
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { listen } from "./fixture-listen.ts";
import { prompts } from "./fixture-prompts.ts";
import { resources, template } from "./fixture-resources.ts";
import { sessions } from "./fixture-sessions.ts";
import { type Caller, tools } from "./fixture-tools.ts";
import { maybeWatch } from "./maybe-watch.ts";

function createServer(): McpServer {
  const server = new McpServer(
    { name: "conformance-fixture-v1", version: "1.0.0" },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  addTools(server);
  addResources(server);
  addPrompts(server);
  return server;
}

function addTools(server: McpServer): void {
  for (const [name, { description, input, run }] of Object.entries(tools)) {
    if (input) {
      server.registerTool(name, { description, inputSchema: input }, (args, extra) => run(callerOf(extra), args));
    } else {
      server.registerTool(name, { description }, (extra) => run(callerOf(extra), {}));
    }
  }
}

function callerOf(extra: RequestHandlerExtra<ServerRequest, ServerNotification>): Caller {
  const progressToken = extra._meta?.progressToken;
  return {
    log: (data) => extra.sendNotification({ method: "notifications/message", params: { level: "info", data } }),
    async progress(progress) {
      if (progressToken === undefined) return;
      await extra.sendNotification({
        method: "notifications/progress",
        params: { progressToken, progress, total: 100 },
      });
    },
    ask: (message, requestedSchema) =>
      extra.sendRequest({ method: "elicitation/create", params: { message, requestedSchema } }, ElicitResultSchema),
    sample: (words) =>
      extra.sendRequest(
        {
          method: "sampling/createMessage",
          params: { messages: [{ role: "user", content: { type: "text", text: words } }], maxTokens: 100 },
        },
        CreateMessageResultSchema,
      ),
    hangUp: () => extra.closeSSEStream?.(),
  };
}

function addResources(server: McpServer): void {
  for (const { name, uri, mimeType, body } of resources) {
    server.registerResource(name, uri, { mimeType }, () => ({ contents: [{ uri, mimeType, ...body }] }));
  }
  const { name, uri, mimeType, body } = template;
  server.registerResource(name, new ResourceTemplate(uri, { list: undefined }), { mimeType }, (read, { id }) => ({
    contents: [{ uri: read.href, mimeType, ...body(String(id)) }],
  }));
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function addPrompts(server: McpServer): void {
  for (const [name, { description, args, render }] of Object.entries(prompts)) {
    if (args) {
      const argsSchema = args((complete) => completable(z.string(), complete));
      server.registerPrompt(name, { description, argsSchema }, (given) => render(given));
    } else {
      server.registerPrompt(name, { description }, () => render({}));
    }
  }
}

const serve = sessions<JSONRPCMessage>(async (options) => {
  const transport = new StreamableHTTPServerTransport(options);
  // The SDK's own class misses its own interface by `| undefined` under exactOptionalPropertyTypes.
  await maybeWatch(createServer()).connect(transport as Transport);
  return transport;
});

const app = createMcpExpressApp();
app.all("/mcp", serve);
listen(app);
