/** What a shell changes in the environment it hands on. */
const TOUCHED = ["PWD", "OLDPWD", "SHLVL"] as const;

/** The descriptor on which the guard is told. */
const LIFELINE_FD = 3;

/** Names that a shell keeps; others it drops on the way. */
const KEPT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names that a shell gives values of its own, which it hands on where the environment had the name; some cannot be set back. */
const ITS_OWN: ReadonlySet<string> = new Set(["IFS", "OPTIND", "PPID"]);

/** Whether a shell hands all of this environment on. */
export function survivesShell(env: NodeJS.ProcessEnv): boolean {
  return Object.keys(env).every((name) => KEPT_NAME.test(name) && !ITS_OWN.has(name));
}

/**
 * The command, started so that the process itself tells the guard its number and only then becomes the program: were it told
 * by us, a kill between the start and our word would leave the program behind. Where the system has it, the kernel ends the
 * program with us, too.
 */
export function announced(command: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  const script = [
    `echo "run $$" >&${LIFELINE_FD}`,
    `exec ${LIFELINE_FD}>&-`,
    ...TOUCHED.map((name) => restored(name, env[name])),
    "if setpriv --pdeathsig TERM -- true 2>/dev/null; then",
    '  exec setpriv --pdeathsig TERM -- "$@"',
    "fi",
    'exec "$@"',
  ];
  return ["sh", "-c", script.join("\n"), "mcp-ops-start", ...command];
}

function restored(name: string, value: string | undefined): string {
  return value === undefined ? `unset ${name}` : `export ${name}='${value.replaceAll("'", "'\\''")}'`;
}
