import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { answerTo, type ToolResult } from "../fixtures/story.ts";
import { CLIENT, type StoryClient } from "./carrier.ts";

/** A client of SDK v1 on this transport. `leave` is how it goes away, by default by closing the transport. */
export async function clientV1(
  transport: Transport,
  leave: () => Promise<void> = () => transport.close(),
): Promise<StoryClient> {
  const client = new Client(CLIENT, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params: { message } }) => ({
    action: "accept",
    content: { name: answerTo(message) },
  }));
  await client.connect(transport);
  return {
    callTool: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, options)) as ToolResult,
    listTools: () => client.listTools(),
    readResource: (uri) => client.readResource({ uri }),
    getPrompt: (name) => client.getPrompt({ name }),
    request: (method, params = {}) => client.request({ method, params }, z.looseObject({})),
    vanish: leave,
  };
}
