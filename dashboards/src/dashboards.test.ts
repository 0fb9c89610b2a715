import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { CLASSIC_SCHEMA } from "../testing/classic-schema.ts";
import { STATUS_COLOUR, STATUSES } from "./colours.ts";
import { dashboards, dashboardText } from "./dashboards.ts";
import { panelsOf, targetsOf } from "./expressions.ts";
import { OUTCOME_COLOURS } from "./panels/panel.ts";

const FOLDER = new URL("../", import.meta.url);
const OURS = ["package.json", "tsconfig.json", "turbo.json"];
const ALL = dashboards();
const isClassic = new Ajv({ strict: true, allowUnionTypes: true }).compile(CLASSIC_SCHEMA);

describe("the files", () => {
  it("A4: are what the sources say (else: npm run generate in dashboards)", () => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json") && !OURS.includes(name));
    expect(names.toSorted()).toEqual(ALL.map(({ name }) => `${name}.json`).toSorted());
    for (const dashboard of ALL)
      expect(readFileSync(new URL(`${dashboard.name}.json`, FOLDER), "utf8")).toBe(dashboardText(dashboard));
  });

  it.each(ALL)("A4: $name is of Grafana's classic model", ({ json }) => {
    expect(isClassic(JSON.parse(JSON.stringify(json))) ? [] : isClassic.errors).toEqual([]);
  });
});

it("A4: the schema takes nothing that Grafana does not know, and nothing that is missing", () => {
  const [{ json }] = dashboards() as [(typeof ALL)[number]];
  const [first, ...others] = json.panels ?? [];
  for (const wrong of [
    { ...json, editable: true },
    { ...json, uid: undefined },
    { ...json, panels: [{ ...first, type: "graph" }, ...others] },
    { ...json, panels: [{ ...first, colour: "red" }, ...others] },
  ])
    expect(isClassic(JSON.parse(JSON.stringify(wrong)))).toBe(false);
});

describe("what makes them one house", () => {
  it("gives every way in which a request ends a colour of its own", () => {
    expect(new Set(Object.values(STATUS_COLOUR)).size).toBe(STATUSES.length);
  });

  it("shows outcomes in these colours wherever they are shown", () => {
    const outcomes = ALL.flatMap(({ json }) => panelsOf(json)).filter((panel) =>
      targetsOf(panel).some(({ legendFormat, expr }) => legendFormat === "{{status}}" && !expr.includes("backup")),
    );
    expect(outcomes.length).toBeGreaterThan(3);
    for (const { fieldConfig } of outcomes) {
      const shown = fieldConfig?.overrides.map(({ matcher, properties }) => [
        matcher.options,
        properties[0]?.value.fixedColor,
      ]);
      expect(Object.fromEntries(shown ?? [])).toEqual(OUTCOME_COLOURS);
    }
  });

  it("begins each with figures that say well or ill", () => {
    for (const { json } of ALL) expect(panelsOf(json)[0]?.type).toBe("stat");
  });

  it("has a link to the runbooks where somebody says where they are", () => {
    const linksOf = (list: typeof ALL) => list.map(({ json }) => json.links?.map(({ url }) => url));
    for (const links of linksOf(ALL)) expect(links).toEqual([""]);
    const base = "https://wiki.example/runbooks";
    for (const links of linksOf(dashboards({ runbooks: base }))) expect(links).toEqual(["", base]);
  });
});
