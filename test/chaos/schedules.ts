import type { Scene } from "./faults.ts";

/** One story, played where it must be harmless, and where something that makes it so has been taken out. */
export type Schedule = (scene: Scene) => Promise<void>;

/** Only to end what never will be: a busy machine takes as long as it takes. */
const PATIENCE_MS = 120_000;

/** Until somebody leads or writes with a larger token than all before. */
async function another({ cluster }: Scene, token: bigint): Promise<void> {
  const hasCome = await cluster.history.until(() => cluster.highestToken() > token, PATIENCE_MS);
  if (!hasCome) throw new Error(`Nobody else has led.\n${cluster.lastWords()}`);
}

const writesWith = ({ cluster }: Scene, above: bigint) =>
  cluster.history.until(
    () => cluster.history.happenings.some((one) => one.what === "accepted" && BigInt(one.token) > above),
    PATIENCE_MS,
  );

/** The store hears nothing of the holder any more; its clients do. */
export const cutFromTheStore: Schedule = async (scene) => {
  const { cluster, holder } = scene;
  const token = cluster.highestToken();
  for (const host of cluster.engine.hosts) cluster.network.cut(holder, host);
  await another(scene, token);
};

/** The same, until somebody has written again: the client goes elsewhere only when it is refused. */
export const cutAndGoingOn: Schedule = async (scene) => {
  await cutFromTheStore(scene);
  const { history } = scene.cluster;
  const from = history.happenings.length;
  const hasWritten = () => history.happenings.slice(from).filter(({ what }) => what === "accepted").length >= 5;
  if (!(await history.until(hasWritten, PATIENCE_MS))) throw new Error("Nobody writes any more.");
};

/** The gate asks an agent that says nothing any more. */
export const frozenAgent: Schedule = async (scene) => {
  const token = scene.cluster.highestToken();
  scene.cluster.process(`agent of ${scene.holder}`).signal("SIGSTOP");
  await another(scene, token);
};

/** Calls have passed the gate; the server is frozen before it writes, and wakes when another has written. */
export const checkPauseWrite: Schedule = async (scene) => {
  const { cluster, holder } = scene;
  const { happenings } = cluster.history;
  const token = cluster.highestToken();
  cluster.process(`server of ${holder}`).signal("SIGSTOP");
  await writesWith(scene, token);
  const from = happenings.length;
  cluster.process(`server of ${holder}`).signal("SIGCONT");
  const isStale = () =>
    happenings.slice(from).some((one) => {
      if (one.what === "refused") return one.status === 409;
      return one.what === "accepted" && BigInt(one.token) <= token;
    });
  if (!(await cluster.history.until(isStale, PATIENCE_MS)))
    throw new Error("No call was under way in the frozen server.");
};

/** The arbiter is killed and started again, while the holder, which cannot reach it, still may lead. */
export const restartedArbiter: Schedule = async (scene) => {
  const { cluster, holder } = scene;
  const token = cluster.highestToken();
  cluster.network.cut(holder, "s1");
  await cluster.process("s1").kill();
  await cluster.process("s1").start();
  await another(scene, token);
};

/** The client brings tokens of its own all the time: a moment is enough. */
export const forgedTokens: Schedule = async ({ cluster }) => {
  const from = cluster.history.happenings.length;
  const lookedTwice = () => {
    const news = cluster.history.happenings.slice(from);
    const isForged = news.some((one) => one.what === "accepted" && BigInt(one.token) > 2n ** 19n);
    return isForged || news.filter((one) => one.what === "refused" && one.status === 428).length >= 2;
  };
  if (!(await cluster.history.until(lookedTwice, PATIENCE_MS)))
    throw new Error("No forged token has come as far as the sink.");
};
