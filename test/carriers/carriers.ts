import type { Carrier } from "./carrier.ts";
import { fastMcpHttpSessions, fastMcpHttpStateless } from "./fastmcp-http.ts";
import { fastMcpStdio } from "./fastmcp-stdio.ts";
import { v1HttpSessions } from "./v1-http-sessions.ts";
import { v1HttpStateless } from "./v1-http-stateless.ts";
import { v1Memory } from "./v1-memory.ts";
import { v1Sse } from "./v1-sse.ts";
import { v1Stdio } from "./v1-stdio.ts";
import { v2HttpLegacy, v2HttpModern } from "./v2-http.ts";
import { v2HttpSessions } from "./v2-http-sessions.ts";
import { v2Memory } from "./v2-memory.ts";
import { v2StdioLegacy, v2StdioModern } from "./v2-stdio.ts";

export const carriers: readonly Carrier[] = [
  v1Memory,
  v1Stdio,
  v1HttpSessions,
  v1HttpStateless,
  v1Sse,
  v2Memory,
  v2HttpModern,
  v2HttpLegacy,
  v2HttpSessions,
  v2StdioModern,
  v2StdioLegacy,
  fastMcpHttpSessions,
  fastMcpHttpStateless,
  fastMcpStdio,
];
