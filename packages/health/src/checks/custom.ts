import { type Check, type CheckOptions, check, type Finding } from "../check.ts";

export interface CustomCheckOptions extends CheckOptions {
  readonly name: string;
  /** Gives nothing or true when all is well, false or a finding when it is not, or throws. It should stop when `signal` does. */
  readonly run: (signal: AbortSignal) => Answered | Promise<Answered>;
  /** What is asked, for those who may read details. Without credentials. */
  readonly target?: string | undefined;
  /** Texts that no message may contain. */
  readonly secrets?: readonly string[] | undefined;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a function that gives nothing back is the simplest check there is
type Answered = void | boolean | Finding;

/** Whatever else can be asked. */
export function customCheck(options: CustomCheckOptions): Check {
  const { name, run, target, secrets } = options;
  return check(options, {
    name,
    target,
    secrets,
    async run(signal) {
      const answered = await run(signal);
      return typeof answered === "object" ? answered : { ok: answered !== false };
    },
  });
}
