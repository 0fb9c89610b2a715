/** Clients of SDK v1 and v2 that write without a pause, and know what became of each call. */
import { randomUUID } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { MODERN } from "../carriers/carrier.ts";

const INFO = { name: "writer", version: "1.0.0" };

/** A connected client: it writes, and tells at which node; what it throws has not been answered. */
interface Writer extends AsyncDisposable {
  write(call: string): Promise<string>;
}

export type WriterKind = "v1 with sessions" | "v2 modern" | "v2 legacy, stateless";

/** How and where one writes; and for how long it waits for an answer. */
export interface Writing {
  readonly kind: WriterKind;
  readonly base: string;
  readonly patienceMs: number;
}

/** `base` is where the servers are reached; each kind has its path there. */
async function openWriter({ kind, base, patienceMs: timeout }: Writing): Promise<Writer> {
  if (kind === "v1 with sessions") {
    const client = new ClientV1(INFO);
    await client.connect(new TransportV1(new URL("/sessions", base)) as Transport);
    return writerOf(
      (call) => client.callTool({ name: "write", arguments: { call } }, undefined, { timeout }),
      () => client.close(),
    );
  }
  const mode = kind === "v2 modern" ? { pin: MODERN.revision } : "legacy";
  const client = new Client(INFO, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", base)));
  return writerOf(
    (call) => client.callTool({ name: "write", arguments: { call } }, { timeout }),
    () => client.close(),
  );
}

function writerOf(send: (call: string) => Promise<unknown>, close: () => Promise<void>): Writer {
  return {
    async write(call) {
      const { content, isError } = (await send(call)) as { content: { text: string }[]; isError?: boolean };
      if (isError) throw new Error(content[0]?.text);
      return content[0]?.text ?? "";
    },
    [Symbol.asyncDispose]: close,
  };
}

/** What became of the calls of some writers. */
export class Tally {
  readonly answered: { readonly call: string; readonly at: number; readonly node: string }[] = [];
  readonly failed: { readonly call: string; readonly at: number; readonly message: string }[] = [];

  /** Writes until `enough`, one call after the other; a client that failed connects anew, as its user would have it do. */
  async run(how: Writing, enough: () => boolean): Promise<void> {
    let writer = await anew(how, enough);
    while (writer !== undefined && !enough()) {
      const call = randomUUID();
      try {
        const node = await writer.write(call);
        this.answered.push({ call, node, at: performance.now() });
      } catch (error) {
        this.failed.push({ call, at: performance.now(), message: (error as Error).message });
        await leave(writer);
        writer = await anew(how, enough);
      }
    }
    if (writer !== undefined) await leave(writer);
  }

  /** The longest time without an answer to any of them, in milliseconds. */
  longestGapMs(): number {
    const times = this.answered.map(({ at }) => at).toSorted((one, other) => one - other);
    return Math.max(0, ...times.map((at, index) => at - (times[index - 1] ?? at)));
  }
}

/** A client whose server is gone may fail to say goodbye. */
async function leave(writer: Writer): Promise<void> {
  try {
    await writer[Symbol.asyncDispose]();
  } catch {}
}

async function anew(how: Writing, enough: () => boolean): Promise<Writer | undefined> {
  while (!enough()) {
    try {
      return await openWriter(how);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20)); // The pace of a client that tries again, not a wait for anything.
    }
  }
  return undefined;
}
