import { setTimeout as pause } from "node:timers/promises";
import {
  type CallToolResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Random } from "../random.ts";

const route = z.object({ from: z.string(), to: z.string() });
const place = z.object({ city: z.string() });
const sum = z.object({ amount: z.number().positive(), into: z.enum(["EUR", "JPY", "USD"]) });
const phrase = z.object({ text: z.string(), language: z.string() });
const stay = z.object({ city: z.string(), guest: z.string().optional() });
const trip = z.object({ city: z.string(), days: z.number().int().min(1) });

const GUEST_FORM = {
  type: "object" as const,
  properties: { guest: { type: "string" as const } },
  required: ["guest"],
};
const RATES = { EUR: 1, JPY: 171.5, USD: 1.09 } as const;
const PHRASES: Readonly<Record<string, string>> = { de: "Guten Tag", fr: "Bonjour", ja: "こんにちは" };

/** The tools of the travel desk. Between them they end in every way a call can end. */
export function addTools(server: McpServer, random: Random): void {
  server.registerTool("distance", { inputSchema: route }, ({ from, to }) =>
    says(`${(from.length + to.length) * 97} km`),
  );
  server.registerTool("convert", { inputSchema: sum }, ({ amount, into }) => says(`${amount * RATES[into]} ${into}`));
  server.registerTool("find_flights", { inputSchema: route }, async ({ from, to }) => {
    await pause(20 + random.wait(60));
    return says(`3 flights from ${from} to ${to}`);
  });
  server.registerTool("weather", { inputSchema: place }, ({ city }) => {
    if (city === "Atlantis") throw new Error("The weather station of Atlantis is under water");
    return says(`Sunny in ${city}`);
  });
  server.registerTool("translate", { inputSchema: phrase }, ({ language }) => {
    const translated = PHRASES[language];
    return translated === undefined ? fails(`Nobody here speaks ${language}`) : says(translated);
  });
  server.registerTool("book_room", { inputSchema: stay }, bookRoom);
  server.registerTool("plan_trip", { inputSchema: trip }, planTrip);
  // The gates answer for these two: see gates.ts.
  server.registerTool("print_ticket", { inputSchema: place }, (_, ctx) => printTicket(ctx));
  server.registerTool("delete_trips", {}, () => says("All trips are gone"));
}

/** Asks who the guest is, when the caller did not say. */
function bookRoom({ city, guest }: z.infer<typeof stay>, ctx: ServerContext) {
  const answer = inputResponse(ctx.mcpReq.inputResponses, "who");
  if (answer.kind === "missing" && guest === undefined) {
    const who = inputRequired.elicit({ message: "Who is the guest?", requestedSchema: GUEST_FORM });
    return inputRequired({ inputRequests: { who } });
  }
  const accepted = answer.kind !== "elicit" || answer.action === "accept";
  return accepted ? says(`A room in ${city} is yours`) : fails("No room without a guest");
}

/** Reports progress day by day, so that whoever withdraws knows that the work had begun. */
async function planTrip({ days }: z.infer<typeof trip>, ctx: ServerContext): Promise<CallToolResult> {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  for (let day = 1; day <= days; day++) {
    if (progressToken !== undefined) {
      await ctx.mcpReq.notify({
        method: "notifications/progress",
        params: { progressToken, progress: day, total: days },
      });
    }
    await pause(25, undefined, { signal: ctx.mcpReq.signal });
  }
  return says(`${days} days are planned`);
}

/** The printer never answers. Ends when the call is withdrawn. */
function printTicket({ mcpReq: { signal } }: ServerContext): Promise<CallToolResult> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

function says(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

function fails(text: string): CallToolResult {
  return { ...says(text), isError: true };
}
