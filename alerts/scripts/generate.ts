/** `npm run generate`: writes alerts/rules/ as the sources have it now. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { ruleFiles } from "../src/rule-files.ts";

const folder = new URL("../rules/", import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { name, text } of ruleFiles()) writeFileSync(new URL(name, folder), text);
