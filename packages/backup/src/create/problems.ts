import type { FileFacts, SourceFacts } from "../manifest/manifest.ts";
import type { Walked } from "./walk.ts";

/** Something that is not in a backup as it should be. */
export interface Problem {
  /** The source's name, or a file's path in the archive. */
  readonly what: string;
  readonly status: SourceFacts["status"] | FileFacts["status"];
  readonly reason: string;
}

/** Required sources without which there is no backup: not there, or a file that could not be read after all. */
export function failures(walked: readonly Walked[], files: readonly FileFacts[]): Problem[] {
  const required = walked.filter(({ source }) => source.required);
  return required.flatMap(({ source, failure }) => {
    if (source.status !== "ok") return [sourceProblem(source, failure)];
    const lost = files.find(({ path, status }) => {
      return source.kind === "file" && path.startsWith(`files/${source.key}/`) && NOT_SAVED.has(status);
    });
    return lost === undefined ? [] : [fileProblem(lost)];
  });
}

const NOT_SAVED: ReadonlySet<FileFacts["status"]> = new Set(["missing", "unreadable", "skipped"]);

export function problemsOf(
  walked: readonly Pick<Walked, "source" | "failure">[],
  files: readonly FileFacts[],
): Problem[] {
  const ofSources = walked
    .filter(({ source }) => source.status !== "ok")
    .map(({ source, failure }) => sourceProblem(source, failure));
  return [...ofSources, ...files.filter(({ status }) => status !== "ok").map(fileProblem)];
}

function sourceProblem({ name, status, notes }: SourceFacts, failure = notes.join("; ")): Problem {
  return { what: name, status, reason: failure || "nothing is there" };
}

function fileProblem({ path, status, reason = "" }: FileFacts): Problem {
  return { what: path, status, reason };
}
