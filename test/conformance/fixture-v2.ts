/** A server for the official suite, on SDK v2: both eras at one address, sessions for the legacy one. */
import {
  localhostHostValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from "@modelcontextprotocol/node";
import {
  completable,
  createMcpHandler,
  isLegacyRequest,
  type JSONRPCMessage,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";
import express from "express";
import { z } from "zod";
import { answer, text } from "./fixture-content.ts";
import { conversations, nextQuestions, promptConversation, requestState } from "./fixture-input-required.ts";
import { listen } from "./fixture-listen.ts";
import { prompts, says } from "./fixture-prompts.ts";
import { resources, template } from "./fixture-resources.ts";
import { sessions } from "./fixture-sessions.ts";
import { type Caller, tools } from "./fixture-tools.ts";
import { maybeWatch } from "./maybe-watch.ts";

const factory = maybeWatch((): McpServer => {
  const server = new McpServer(
    { name: "conformance-fixture-v2", version: "1.0.0" },
    { capabilities: { logging: {}, resources: { subscribe: true } }, requestState },
  );
  addTools(server);
  addModernTools(server);
  addResources(server);
  addPrompts(server);
  return server;
});

const handler = maybeWatch(createMcpHandler(factory, { legacy: "reject" }));

function addTools(server: McpServer): void {
  for (const [name, { description, input, run }] of Object.entries(tools)) {
    if (input) {
      server.registerTool(name, { description, inputSchema: input }, (args, ctx) => run(callerOf(ctx), args));
    } else {
      server.registerTool(name, { description }, (ctx) => run(callerOf(ctx), {}));
    }
  }
}

function callerOf(ctx: ServerContext): Caller {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  return {
    log: (words) => ctx.mcpReq.log("info", words),
    async progress(progress) {
      if (progressToken === undefined) return;
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
    },
    ask: (message, requestedSchema) => ctx.mcpReq.elicitInput({ message, requestedSchema }),
    sample: (words) =>
      ctx.mcpReq.requestSampling({
        messages: [{ role: "user", content: { type: "text", text: words } }],
        maxTokens: 100,
      }),
    hangUp: () => ctx.http?.closeSSE?.(),
  };
}

function addModernTools(server: McpServer): void {
  for (const [name, conversation] of Object.entries(conversations)) {
    server.registerTool(
      name,
      { description: conversation.description },
      async (ctx) => (await nextQuestions(conversation, ctx)) ?? answer("Everything was answered; state-ok."),
    );
  }
  const region = z.string().meta({ "x-mcp-header": "Region" });
  server.registerTool(
    "test_custom_header",
    { description: "Has an argument that the client repeats in a header", inputSchema: z.object({ region }) },
    (args) => answer(args.region),
  );
  server.registerTool("test_trigger_tool_change", { description: "Says that the tools changed" }, () => {
    handler.notify.toolsChanged();
    return answer("Said that the tools changed.");
  });
  server.registerTool("test_trigger_prompt_change", { description: "Says that the prompts changed" }, () => {
    handler.notify.promptsChanged();
    return answer("Said that the prompts changed.");
  });
}

function addResources(server: McpServer): void {
  for (const { name, uri, mimeType, body } of resources) {
    server.registerResource(name, uri, { mimeType }, () => ({ contents: [{ uri, mimeType, ...body }] }));
  }
  const { name, uri, mimeType, body } = template;
  server.registerResource(name, new ResourceTemplate(uri, { list: undefined }), { mimeType }, (read, { id }) => ({
    contents: [{ uri: read.href, mimeType, ...body(String(id)) }],
  }));
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}

function addPrompts(server: McpServer): void {
  for (const [name, { description, args, render }] of Object.entries(prompts)) {
    if (args) {
      const argsSchema = z.object(args((complete) => completable(z.string(), complete)));
      server.registerPrompt(name, { description, argsSchema }, (given) => render(given));
    } else {
      server.registerPrompt(name, { description }, () => render({}));
    }
  }
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: promptConversation.description },
    async (ctx) => (await nextQuestions(promptConversation, ctx)) ?? says(text("The context was given.")),
  );
}

const serveLegacy = sessions<JSONRPCMessage>(async (options) => {
  const transport = new NodeStreamableHTTPServerTransport(options);
  await factory().connect(transport);
  return transport;
});
const serveModern = toNodeHandler(handler);

const isLocal = localhostHostValidation();
const app = express();
app.use((request, response, next) => void (isLocal(request, response) && next()));
app.use(express.json());
app.all("/mcp", async (request, response, next) => {
  const legacy = await isLegacyRequest(await toWebRequest(request, request.body));
  await (legacy ? serveLegacy(request, response, next) : serveModern(request, response, request.body));
});
listen(app);
