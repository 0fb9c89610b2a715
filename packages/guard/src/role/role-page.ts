import { ROLE_QUERY, type RoleDocument } from "@mcp-ops/formats";
import { AgentLine } from "./agent-line.ts";
import { readRole } from "./read-role.ts";

/** The role of a node, for whoever only wants to know who leads. What it says gives nobody the right to lead: that is what a gate asks for. */
export class RolePage {
  readonly #line: AgentLine;

  /** `address` as for a gate. @throws OpsError `GUARD_ROLE_ADDRESS` */
  constructor(address: string) {
    this.#line = new AgentLine(address);
  }

  /** Rejects when no role document comes within `timeoutMs`. */
  async read(timeoutMs: number): Promise<RoleDocument> {
    return readRole(await this.#line.ask({ [ROLE_QUERY.onlooker]: "yes" }, timeoutMs));
  }

  close(): void {
    this.#line.close();
  }
}
