import type { Status } from "@mcp-ops/formats";
import type { Tally } from "../figures/tally.ts";
import type { Random } from "../random.ts";
import type { Args, DemoClient } from "./client.ts";
import { UNKNOWN, witness } from "./witness.ts";

/** What a step works with: a client, its own luck, and the tally of what the client sees. */
export class Turn {
  readonly client: DemoClient;
  readonly era: "modern" | "legacy";
  readonly random: Random;
  readonly tally: Tally;
  /** Aborted when the traffic is to end. */
  readonly ending: AbortSignal;
  /** Connects one more client of the same kind, for a short visit. */
  readonly visitor: () => Promise<DemoClient>;

  constructor(parts: Pick<Turn, "client" | "era" | "random" | "tally" | "ending" | "visitor">) {
    this.client = parts.client;
    this.era = parts.era;
    this.random = parts.random;
    this.tally = parts.tally;
    this.ending = parts.ending;
    this.visitor = parts.visitor;
  }

  call(tool: string, args: Args, fault?: Status, target: string = tool): Promise<void> {
    const question = { method: "tools/call", target, ...(fault && { fault }) };
    return witness(this.tally, question, this.client.callTool(tool, args));
  }

  read(uri: string, target: string, fault?: Status): Promise<void> {
    const question = { method: "resources/read", target, ...(fault && { fault }) };
    return witness(this.tally, question, this.client.readResource(uri));
  }

  prompt(name: string, args: Record<string, string>): Promise<void> {
    return witness(this.tally, { method: "prompts/get", target: name }, this.client.getPrompt(name, args));
  }

  listTools(): Promise<void> {
    return witness(this.tally, { method: "tools/list" }, this.client.listTools());
  }

  /** Asks something the protocol does not know. */
  ask(method: string, fault: Status): Promise<void> {
    return witness(this.tally, { method: UNKNOWN, fault }, this.client.request(method));
  }
}
