export type ForwardedSignal = "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGTERM" | "SIGUSR2";

/** What a terminal sends goes to everybody in the foreground; what a person or supervisor sends, to one process. */
const FORWARDED: Readonly<Record<ForwardedSignal, "process" | "group">> = {
  SIGINT: "group",
  SIGQUIT: "group",
  SIGHUP: "group",
  SIGTERM: "process",
  SIGUSR2: "process",
};

/** Takes the signals that would end this process, and hands them on instead. Gives what ends that. */
export function forwardSignals(to: (signal: ForwardedSignal, to: "process" | "group") => void): () => void {
  const listeners = Object.entries(FORWARDED).map(([name, whom]) => {
    const signal = name as ForwardedSignal;
    const listener = () => to(signal, whom);
    process.on(signal, listener);
    return () => void process.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}
