import { fileURLToPath } from "node:url";

/** For the processes of tests, which are killed by the dozen: with their code compiled once, they start in a third of the time. */
export const CHILD_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/test-children", import.meta.url)),
};
