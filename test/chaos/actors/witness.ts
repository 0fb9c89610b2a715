/**
 * Believes what the agent of its node says, by the role that gates use, and tells from when to when; and looks at the agent's pages.
 * Args: address of the agent, name of the node, milliseconds between two looks, and
 * whether it believes (yes) or looks at the pages only (no).
 */
import type { RoleDocument } from "@mcp-ops/formats";
import { type OpenRole, openRole } from "@mcp-ops/guard";
import { now, say } from "./saying.ts";

const [agent = "", node = "", everyMs = "", believes = ""] = process.argv.slice(2);
const SAMPLE_MS = 5;
let token: string | undefined;
let until = 0;
let page = "";
let primary: string | undefined;

function look(role: OpenRole): void {
  const held = role.reign !== undefined && role.said?.draining !== true ? role.said?.token : undefined;
  const ends = held === undefined ? 0 : role.leadsUntil;
  if (token !== undefined && held !== token) say({ what: "ended", node, token });
  if (held !== undefined && (held !== token || ends !== until)) {
    // A reign without an end is as bad as one without a deadline: JSON knows no infinity.
    const endless = Math.min(ends - performance.now(), 3_600_000);
    say({ what: "believed", node, token: held, until: now() + endless });
  }
  [token, until] = [held, ends];
}

async function pageNow(): Promise<string> {
  for (const one of ["primary", "standby"]) {
    const answered = await fetch(new URL(`/${one}`, agent), { signal: AbortSignal.timeout(500) }).catch(
      () => undefined,
    );
    await answered?.arrayBuffer();
    if (answered?.ok === true) return one;
  }
  return "neither";
}

/** Who leads, as far as the agent has heard from the store. Asked as one that only looks: nothing waits for it. */
async function primaryNow(): Promise<string | undefined> {
  try {
    const answered = await fetch(new URL("/role?onlooker=yes", agent), { signal: AbortSignal.timeout(500) });
    return ((await answered.json()) as RoleDocument).primary?.node;
  } catch {
    return undefined;
  }
}

async function watchPages(): Promise<void> {
  const seen = await pageNow();
  if (seen !== page) say({ what: "page", node, page: seen });
  page = seen;
  const known = seen === "standby" ? await primaryNow() : undefined;
  if (known !== primary) say({ what: "knows", node, primary: known ?? null });
  primary = known;
  setTimeout(() => void watchPages(), Number(everyMs));
}

if (believes === "yes") {
  const role = openRole({ url: agent, pollMs: Number(everyMs), timeoutMs: 500 });
  role.onChange(() => look(role));
  setInterval(look, SAMPLE_MS, role);
}
void watchPages();
say({ what: "ready" });
