import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { z } from "zod";

export const BOARD = "travel://board";
export const CITY_TEMPLATE = "travel://city/{name}";

const luggage = z.object({ days: z.string() });

/** A resource that changes, one for each city by a template, and a prompt. */
export function addPages(server: McpServer): void {
  server.registerResource("board", BOARD, {}, ({ href }) => page(href, "12:05 Oslo, 12:40 Lima"));
  server.registerResource("city", new ResourceTemplate(CITY_TEMPLATE, { list: undefined }), {}, ({ href }, { name }) =>
    page(href, `All about ${name}`),
  );
  server.registerPrompt("packing_list", { argsSchema: luggage }, ({ days }) => ({
    messages: [{ role: "user", content: { type: "text", text: `What do I pack for ${days} days?` } }],
  }));
}

function page(uri: string, text: string): { contents: { uri: string; text: string }[] } {
  return { contents: [{ uri, text }] };
}
