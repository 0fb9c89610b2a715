import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { answer, audio, embedded, image, type ToolResult, text } from "./fixture-content.ts";
import { contactForm, type Form, formWithDefaults, formWithEnums } from "./fixture-forms.ts";

/** What a tool may do towards the one who called it, in words that both SDKs have. */
export interface Caller {
  log(words: string): Promise<void>;
  progress(done: number): Promise<void>;
  ask(message: string, form: Form): Promise<{ action: string; content?: unknown }>;
  sample(prompt: string): Promise<{ content: unknown }>;
  /** Ends the answer's event stream, so that the client has to come back and resume it. */
  hangUp(): void;
}

export interface FixtureTool {
  description: string;
  input?: z.ZodObject;
  run(caller: Caller, args: Record<string, unknown>): ToolResult | Promise<ToolResult>;
}

/** Long enough for the suite to see several messages rather than one burst. */
const stepMs = 50;

/** The suite calls the first tool it finds listed with no arguments, so that one must need none. */
export const tools: Record<string, FixtureTool> = {
  test_simple_text: {
    description: "Answers with one sentence",
    run: () => answer("This is a simple text response for testing."),
  },
  test_image_content: { description: "Answers with a picture", run: () => ({ content: [image] }) },
  test_audio_content: { description: "Answers with a sound", run: () => ({ content: [audio] }) },
  test_embedded_resource: {
    description: "Answers with a resource",
    run: () => ({
      content: [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
    }),
  },
  test_multiple_content_types: {
    description: "Answers with a sentence, a picture and a resource",
    run: () => ({
      content: [
        text("Multiple content types test:"),
        image,
        embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
      ],
    }),
  },
  test_tool_with_logging: {
    description: "Logs three lines while it works",
    async run(caller) {
      await caller.log("Tool execution started");
      await pause(stepMs);
      await caller.log("Tool processing data");
      await pause(stepMs);
      await caller.log("Tool execution completed");
      return answer("Logged three lines.");
    },
  },
  test_logging_tool: {
    description: "Logs one line, which only a client that asked for a level may see",
    async run(caller) {
      await caller.log("A line");
      return answer("Logged one line.");
    },
  },
  test_error_handling: {
    description: "Always fails",
    run() {
      throw new Error("This tool intentionally returns an error for testing");
    },
  },
  test_tool_with_progress: {
    description: "Reports its progress in three steps",
    async run(caller) {
      for (const done of [0, 50, 100]) {
        await caller.progress(done);
        await pause(stepMs);
      }
      return answer("Reported progress.");
    },
  },
  test_sampling: {
    description: "Asks the client's model",
    input: z.object({ prompt: z.string() }),
    async run(caller, { prompt }) {
      const { content } = await caller.sample(String(prompt));
      return answer(`LLM response: ${JSON.stringify(content)}`);
    },
  },
  test_elicitation: {
    description: "Asks the user for a name and an address",
    input: z.object({ message: z.string() }),
    async run(caller, { message }) {
      const { action, content } = await caller.ask(String(message), contactForm);
      return answer(`User response: action=${action}, content=${JSON.stringify(content)}`);
    },
  },
  test_elicitation_sep1034_defaults: {
    description: "Shows the user a form with defaults",
    run: (caller) => showForm(caller, "Please check these defaults", formWithDefaults),
  },
  test_elicitation_sep1330_enums: {
    description: "Shows the user a form with every kind of enum",
    run: (caller) => showForm(caller, "Please choose", formWithEnums),
  },
  test_reconnection: {
    description: "Hangs up in the middle of a call and answers on the resumed stream",
    async run(caller) {
      await pause(stepMs);
      caller.hangUp();
      await pause(2 * stepMs);
      return answer("Answered after a reconnection.");
    },
  },
  json_schema_2020_12_tool: {
    description: "Has an input schema with the vocabulary of JSON Schema 2020-12",
    input: z.looseObject({}).meta({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          $anchor: "addressDef",
          type: "object",
          properties: { street: { type: "string" }, city: { type: "string" } },
        },
      },
      properties: {
        name: { type: "string" },
        address: { $ref: "#/$defs/address" },
        contactMethod: { type: "string", enum: ["phone", "email"] },
        phone: { type: "string" },
        email: { type: "string" },
      },
      allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
      if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
      // biome-ignore lint/suspicious/noThenProperty: `then` is the keyword of JSON Schema that the suite looks for.
      then: { required: ["phone"] },
      else: { required: ["email"] },
      additionalProperties: false,
    }),
    run: (_caller, args) => answer(JSON.stringify(args)),
  },
};

async function showForm(caller: Caller, message: string, form: Form): Promise<ToolResult> {
  const { action, content } = await caller.ask(message, form);
  return answer(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
}
