import type { Verb } from "../verb.ts";
import { addCreate } from "./backup/create.ts";
import { addDiff } from "./backup/diff.ts";
import { addDrill } from "./backup/drill.ts";
import { addFetch } from "./backup/fetch.ts";
import { addList } from "./backup/list.ts";
import { addPrune } from "./backup/prune.ts";
import { addRemove } from "./backup/remove.ts";
import { addRestore } from "./backup/restore.ts";
import { addVerify } from "./backup/verify.ts";
import { addWatch } from "./backup/watch.ts";

/** `mcp-ops backup create|list|verify|diff|restore|prune|remove|drill|fetch|watch`: what the sidecar does by itself, by hand. */
export const backup: Verb = (program, terminal, end) => {
  const group = program.command("backup").description("Save, check and put back the sets that the config names.");
  for (const add of [
    addCreate,
    addList,
    addVerify,
    addDiff,
    addRestore,
    addPrune,
    addRemove,
    addDrill,
    addFetch,
    addWatch,
  ]) {
    add(group, terminal, end);
  }
};
