import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { arbiterSection } from "../pair/pair-files.ts";
import { SERVER_NAME } from "../server/server.ts";
import { EVERYTHING } from "../wrapped/everything.ts";
import { WRAPPED_NAME } from "../wrapped/wrapped-server.ts";

/** Name of the backup set. */
export const SET = "demo";

/** The files that the sidecar of the demo works with. */
export interface SidecarFiles {
  readonly config: string;
  /** What an MCP client has written about its servers. */
  readonly clientConfig: string;
}

const CONFIG = `# Written by npm start, whose sidecar runs on it. Every key: docs/mcp-ops.example.yaml.
# Have a look: npx mcp-ops backup list --config <this file>, while the demo runs.

# What the daemon remembers over restarts.
state:
  file: sidecar.db

# Free ports, so that no sidecar of yours is disturbed. The defaults are 9465 and 9466.
probes:
  listen: 127.0.0.1:0
admin:
  listen: 127.0.0.1:0

# The servers of the demo register here, and are shown together at /metrics.
fleet:
  folder: run

backup:
  folder: backups
  sets:
    ${SET}:
      sources:
        # The config of an MCP client. The demo wipes it, as clients do.
        - path: client.json
      databases:
        # SQLite is asked for a copy, since the file of an open database alone may not open.
        bookings: { kind: sqlite, path: bookings.db }
      watch:
        # Clients write in several steps. Here it is one, and nobody wants to wait a second.
        quietMs: 200

# What the servers take. Sums do not depend on how often it looks, but a person waits.
cost:
  everyMs: 1000
  prices: prices.yaml
  budgets:
    # About what a day of this traffic costs.
    desk: { server: ${SERVER_NAME}, period: day, limit: 500 }

# Whether the audit log of the travel desk is as it was written.
audit:
  folders: [audit]
  verifyEveryMs: 5000

# What is promised. It is judged whenever a minute is over.
slo:
  probeEveryMs: 1000
  objectives:
    desk-fast: { server: ${SERVER_NAME}, kind: latency, thresholdMs: 250, objective: 0.95 }
`;

/** For the ledger: what tokens cost is never a default, since nobody knows who reads the results. */
const PRICES = `# Made up. Every key: docs/prices.example.yaml.
currency: USD
versions:
  - name: demo
    prices: { cpuCoreHour: 0.03, memoryGiBHour: 0.004, model: a-model }
    models:
      a-model: { inputMillionTokens: 2.5 }
`;

/** Writes them into the folder of the demo. */
export async function writeFiles(folder: string, serverUrl: string, arbiterPort: number): Promise<SidecarFiles> {
  const files = { config: join(folder, "mcp-ops.yaml"), clientConfig: join(folder, "client.json") };
  await mkdir(join(folder, "run"), { recursive: true, mode: 0o700 });
  await writeFile(files.config, `${CONFIG}${arbiterSection(arbiterPort)}`);
  await writeFile(join(folder, "prices.yaml"), PRICES);
  await writeFile(files.clientConfig, clientText(serverUrl), { mode: 0o600 });
  writeBookings(join(folder, "bookings.db"));
  return files;
}

/** As a client does that was updated: everything is still there, and the servers are not. */
export async function wipeServers({ clientConfig }: SidecarFiles): Promise<void> {
  const held = JSON.parse(await readFile(clientConfig, "utf8")) as object;
  const draft = `${clientConfig}.new`;
  await writeFile(draft, JSON.stringify({ ...held, mcpServers: {} }, null, 2), { mode: 0o600 });
  await rename(draft, clientConfig);
}

function clientText(serverUrl: string): string {
  const command = ["mcp-ops", "wrap", "--name", WRAPPED_NAME, "--", "npx", "-y", EVERYTHING];
  const mcpServers = {
    [SERVER_NAME]: { type: "http", url: serverUrl },
    [WRAPPED_NAME]: { command: command[0], args: command.slice(1) },
  };
  return `${JSON.stringify({ theme: "dark", mcpServers }, null, 2)}\n`;
}

function writeBookings(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE bookings (code TEXT PRIMARY KEY, city TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO bookings (code, city) VALUES (?, ?)");
  for (const city of ["Oslo", "Lima", "Kyoto"]) insert.run(`${city.slice(0, 2).toUpperCase()}-1205`, city);
  database.close();
}
