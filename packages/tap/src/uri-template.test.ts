import { expect, test } from "vitest";
import { templateMatcher } from "./uri-template.ts";

test.each([
  ["users://{id}/profile", "users://42/profile", true],
  ["users://{id}/profile", "users://4/2/profile", false],
  ["users://{id}/profile", "users://42/profile/more", false],
  ["file:///{+path}", "file:///a/b/c.txt", true],
  ["file:///{path*}", "file:///a/b", true],
  ["search://items{?q,page}", "search://items?q=x", true],
  ["search://items{?q,page}", "search://items", true],
  ["a.b://{x}", "aXb://1", false],
  ["plain://fixed", "plain://fixed", true],
])("%s and %s: %s", (template, uri, matches) => {
  expect(templateMatcher(template)(uri)).toBe(matches);
});

test("a URI of hostile length matches nothing, at once", () => {
  expect(templateMatcher("x://{+a}{+b}{+c}")(`x://${"a".repeat(100_000)}`)).toBe(false);
});
