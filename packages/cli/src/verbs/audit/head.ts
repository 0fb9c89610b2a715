import { auditHeads } from "@mcp-ops/audit";
import { addExamples } from "../../help.ts";
import type { Verb } from "../../verb.ts";
import { folderOf } from "./place.ts";

export const addHead: Verb = (group, terminal) => {
  const verb = group
    .command("head")
    .description("Print the newest record's number and hash, one line of JSON per chain: an anchor, to keep elsewhere.")
    .argument("[folder]", "folder of the log (default: MCP_OPS_AUDIT_FOLDER)")
    .option("--server <name>", "only the log of this server")
    .action((folder: string | undefined, { server }: { readonly server?: string }) => {
      for (const head of auditHeads({ folder: folderOf(folder), server })) terminal.out(JSON.stringify(head));
    });
  addExamples(verb, [
    ["ssh host mcp-ops audit head /var/log/mcp >> heads.jsonl", "keep an anchor where the host cannot reach it"],
    ["mcp-ops audit verify /var/log/mcp --anchor heads.jsonl", "and check against all of them"],
  ]);
};
