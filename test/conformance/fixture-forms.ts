/** The forms that the elicitation scenarios want a server to put before the user. */

import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";

export type Form = ElicitRequestFormParams["requestedSchema"];

export const contactForm: Form = {
  type: "object",
  properties: {
    username: { type: "string", description: "The user's name" },
    email: { type: "string", description: "The user's email address" },
  },
  required: ["username", "email"],
};

/** SEP-1034: a default for every primitive type. */
export const formWithDefaults: Form = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
  required: [],
};

/** SEP-1330: the five ways to write an enum. */
export const formWithEnums: Form = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: choices("First Option", "Second Option", "Third Option") },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
    titledMulti: { type: "array", items: { anyOf: choices("First Choice", "Second Choice", "Third Choice") } },
  },
  required: [],
};

/** A form with one required field, as the multi-round-trip scenarios ask for. */
export function formWith(field: string, schema: Form["properties"][string] = { type: "string" }): Form {
  return { type: "object", properties: { [field]: schema }, required: [field] };
}

function choices(...titles: string[]): Array<{ const: string; title: string }> {
  return titles.map((title, index) => ({ const: `value${index + 1}`, title }));
}
