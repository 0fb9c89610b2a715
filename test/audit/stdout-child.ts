/** A stdio server whose operator wants audit records on its stdout, which cannot be. */
import { auditLog } from "@mcp-ops/audit";
import { pipeline, tap } from "@mcp-ops/tap";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { stageHere } from "../fixtures/stage.ts";
import { storyV1 } from "../fixtures/story-v1.ts";

const onFault = ({ code }: { code: string }) => console.error(code);
const log = auditLog({ server: "story", also: ["stdout", "stderr"], onFault });
const server = tap(storyV1(stageHere().stage), pipeline({ observers: [log.observer] }));
await server.connect(new StdioServerTransport());
process.stdin.once("end", () => void log.close());
