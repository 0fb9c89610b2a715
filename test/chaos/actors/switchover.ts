/** Asks the agent of a node to hand over, as `mcp-ops failover switchover` does. Args: address of its admin listener, token, leader, candidate. */
import { say } from "./saying.ts";

const [admin = "", token = "", leader = "", candidate = ""] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const body = JSON.stringify({ leader, candidate, by: "chaos" });

say({ what: "fault", fault: "switchover", holder: leader });
const answer = await fetch(new URL("/api/v1/failover/switchover", admin), { method: "POST", headers, body });
if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
