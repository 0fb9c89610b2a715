#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  // Before anything is imported that an older Node cannot read.
  process.stderr.write(`mcp-ops: needs Node 22.19 or newer, and this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  const { main } = await import("../dist/main.js");
  process.exitCode = await main(process.argv.slice(2));
}
