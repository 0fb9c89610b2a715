import type { Verb } from "../verb.ts";
import { addHead } from "./audit/head.ts";
import { addTail } from "./audit/tail.ts";
import { addVerify } from "./audit/verify.ts";

/** `mcp-ops audit verify|tail|head`: reads an audit log, and never changes it. */
export const audit: Verb = (program, terminal, end) => {
  const group = program.command("audit").description("Read and check an audit log.");
  addVerify(group, terminal, end);
  addTail(group, terminal, end);
  addHead(group, terminal, end);
};
