import { z } from "zod";
import { path } from "../config/sections.ts";

/** A file or folder, or the files a pattern finds. */
export interface SourceSettings {
  readonly path?: string | undefined;
  readonly glob?: string | undefined;
  readonly required: boolean;
  readonly name?: string | undefined;
  readonly exclude: readonly string[];
}

const EITHER = "must have either path, a file or folder, or glob, a pattern";

export const sourceSettings: z.ZodType<readonly SourceSettings[]> = z
  .array(
    z
      .strictObject({
        path: path.optional(),
        glob: path.optional(),
        required: z.boolean().default(true),
        name: path.optional(),
        exclude: z.array(path).default([]),
      })
      .refine((source) => (source.path === undefined) !== (source.glob === undefined), { error: EITHER }),
  )
  .default([])
  .describe(
    "Files, folders and patterns. Without a required one (the default) a run has failed; exclude has patterns, name is for manifests.",
  )
  .meta({
    examples: [
      [
        { path: "/home/me/.claude.json", required: true, name: "claude" },
        { glob: "/srv/weather/*.json", required: false, exclude: ["*.tmp"] },
      ],
    ],
  });
