import { Client, type Transport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { answerTo, type ToolResult } from "../fixtures/story.ts";
import { CLIENT, MODERN, type StoryClient } from "./carrier.ts";

/** A client of SDK v2 on this transport, of either era. `leave` is how it goes away, by default by closing the transport. */
export async function clientV2(
  era: "legacy" | "modern",
  transport: Transport,
  leave: () => Promise<void> = () => transport.close(),
): Promise<StoryClient> {
  const mode = era === "modern" ? { pin: MODERN.revision } : "legacy";
  const client = new Client(CLIENT, { capabilities: { elicitation: {} }, versionNegotiation: { mode } });
  client.setRequestHandler("elicitation/create", ({ params: { message } }) => ({
    action: "accept",
    content: { name: answerTo(message) },
  }));
  await client.connect(transport);
  return {
    callTool: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, options)) as ToolResult,
    listTools: () => client.listTools(),
    readResource: (uri) => client.readResource({ uri }),
    getPrompt: (name) => client.getPrompt({ name }),
    request: (method, params = {}) => client.request({ method, params }, z.looseObject({})),
    vanish: leave,
  };
}
