/** A process that works when it is told to, and says how much: `{ burnUs }` burns CPU time here, and as much in a child of its own that ends; `{ holdBytes }` takes memory and touches all of it. */
import { spawn } from "node:child_process";
import { once } from "node:events";

interface Order {
  readonly burnUs?: number;
  readonly holdBytes?: number;
}

const held: Buffer[] = [];

function burn(us: number): void {
  const { user, system } = process.cpuUsage();
  for (let spent = 0; spent < us; ) {
    for (let turn = 0; turn < 100_000; turn++) Math.sqrt(turn);
    const now = process.cpuUsage();
    spent = now.user + now.system - user - system;
  }
}

async function below(us: number): Promise<number> {
  const child = spawn(process.execPath, [import.meta.filename, String(us)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child, "close");
  return Number(said);
}

async function obey({ burnUs, holdBytes }: Order): Promise<void> {
  if (holdBytes !== undefined) held.push(Buffer.alloc(holdBytes, 1));
  const before = process.cpuUsage();
  let ofChild = 0;
  if (burnUs !== undefined) {
    const done = below(burnUs);
    // The child starts only once this loop has had a turn.
    await new Promise((resolve) => setTimeout(resolve, 50));
    burn(burnUs);
    ofChild = await done;
  }
  const { user, system } = process.cpuUsage(before);
  process.send?.({ us: user + system + ofChild });
}

const [ordered] = process.argv.slice(2);
if (ordered !== undefined) {
  burn(Number(ordered));
  const { user, system } = process.cpuUsage();
  // Whoever wanted to know may be gone.
  process.stdout.on("error", () => {}).write(String(user + system));
} else {
  process.on("message", (order: Order) => void obey(order));
  process.on("disconnect", () => process.exit());
  process.send?.("ready");
}
