import { z } from "zod";
import { embedded, image, type ToolResult, text } from "./fixture-content.ts";

export interface PromptResult {
  messages: Array<{ role: "user"; content: ToolResult["content"][number] }>;
  [key: string]: unknown;
}

/** Makes an argument that the server can complete: each SDK brings its own. */
type Completable = (complete: (typed: string) => string[]) => z.ZodString;

export interface FixturePrompt {
  description: string;
  args?(completable: Completable): Record<string, z.ZodString>;
  render(args: Record<string, unknown>): PromptResult;
}

export const prompts: Record<string, FixturePrompt> = {
  test_simple_prompt: {
    description: "One sentence",
    render: () => says(text("This is a simple prompt for testing.")),
  },
  test_prompt_with_arguments: {
    description: "A sentence made of two arguments",
    args: (completable) => ({ arg1: completable(townsAndPlaces), arg2: z.string() }),
    render: ({ arg1, arg2 }) => says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  },
  test_prompt_with_embedded_resource: {
    description: "A resource and what to do with it",
    args: () => ({ resourceUri: z.string() }),
    render: ({ resourceUri }) =>
      says(
        embedded(String(resourceUri), "text/plain", "Embedded resource content for testing."),
        text("Please process the embedded resource above."),
      ),
  },
  test_prompt_with_image: {
    description: "A picture and what to do with it",
    render: () => says(image, text("Please analyze the image above.")),
  },
};

function townsAndPlaces(typed: string): string[] {
  return ["paris", "park", "party"].filter((word) => word.startsWith(typed));
}

export function says(...contents: ToolResult["content"]): PromptResult {
  return { messages: contents.map((content) => ({ role: "user", content })) };
}
