/** The parts of Grafana's classic dashboard model (schema version 42) that we use, as a JSON Schema: whatever else there is, is a mistake. */

import { PANEL } from "./panel-schema.ts";
import { BOOLEAN, DATASOURCE, list, object, oneOf, type Schema, STRING, WHOLE, WORDS } from "./schema-words.ts";

const VARIABLE_WORDS = {
  name: WORDS,
  label: WORDS,
  description: WORDS,
  skipUrlSync: oneOf(false),
  multi: BOOLEAN,
  allowCustomValue: BOOLEAN,
  includeAll: BOOLEAN,
  auto: BOOLEAN,
  auto_min: STRING,
  auto_count: WHOLE,
};

const VARIABLE = {
  anyOf: [
    object({
      ...VARIABLE_WORDS,
      type: oneOf("datasource"),
      query: oneOf("prometheus", "tempo"),
      "current?": object({ selected: BOOLEAN, text: oneOf("default"), value: oneOf("default") }),
    }),
    object({
      ...VARIABLE_WORDS,
      type: oneOf("query"),
      datasource: DATASOURCE,
      query: object({ qryType: oneOf(1), query: WORDS, refId: WORDS }),
      definition: WORDS,
      refresh: oneOf(2),
      sort: oneOf(1),
      allValue: oneOf(".*"),
      current: object({ selected: BOOLEAN, text: list(oneOf("All"), 1), value: list(oneOf("$__all"), 1) }),
    }),
  ],
};

const LINK = object({
  title: WORDS,
  type: oneOf("dashboards", "link"),
  icon: WORDS,
  tooltip: WORDS,
  tags: list(WORDS),
  asDropdown: BOOLEAN,
  targetBlank: BOOLEAN,
  includeVars: BOOLEAN,
  keepTime: BOOLEAN,
  url: STRING,
});

export const CLASSIC_SCHEMA: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  ...object({
    title: WORDS,
    description: WORDS,
    uid: { type: "string", pattern: "^[a-z-]{1,40}$" },
    tags: list(WORDS, 1),
    timezone: oneOf("browser"),
    editable: oneOf(false),
    graphTooltip: oneOf(1),
    fiscalYearStartMonth: oneOf(0),
    schemaVersion: oneOf(42),
    refresh: WORDS,
    time: object({ from: { type: "string", pattern: "^now-\\d+[hd]$" }, to: oneOf("now") }),
    annotations: object({ list: list({}) }),
    links: list(LINK, 1),
    templating: object({ list: list(VARIABLE, 2) }),
    panels: list(PANEL, 1),
  }),
};
