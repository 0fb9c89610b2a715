import { expect, test } from "vitest";
import { redactor, withoutSecrets } from "./index.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEogIBAAKCAQEA\n-----END RSA PRIVATE KEY-----";

test.each([
  ["a bearer token", "Authorization is Bearer abcdef0123456789 today", "abcdef0123456789"],
  ["basic credentials", "Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"],
  ["a JWT", `see ${JWT}.`, "dozjgNryP4J3"],
  ["a JWT glued to a name", `jwt_${JWT}`, "eyJzdWIi"],
  ["an API key of OpenAI's form", "use sk-proj-abcdefghijklmnop1234", "abcdefghijklmnop1234"],
  ["a GitHub token", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnop"],
  ["a Slack token", "xoxb-123456789012-abcdefghijkl", "123456789012"],
  ["an AWS key id", "AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"],
  ["a card number", "pay with 4111 1111 1111 1111 now", "1111"],
  ["a card number and its security code", "4111-1111-1111-1111 123", "1111"],
  ["a card number without spaces", "x4111111111111111x", "41111"],
  ["a private key", `before ${PEM} after`, "MIIEog"],
  ["a private key that was cut", PEM.slice(0, 50), "MIIEog"],
  ["credentials in a URL", "postgres://joe:hunter2@db/x", "hunter2"],
  ["a token in a query", "https://x/y?access_token=abc123&z=1", "abc123"],
  ["a password in JSON in a text", '{"password": "hunter2"}', "hunter2"],
  ["a password in JSON in JSON", '{\\"password\\": \\"hunter2\\"}', "hunter2"],
  ["a bearer token in a URI", "story://page/Bearer%20abcdef0123456789", "abcdef0123456789"],
  ["a card number in a URI in a URI", "x://y?u=z%3A%2F%2F4111%25201111%25201111%25201111", "1111"],
  ["a private key in a URI", `x://${encodeURIComponent(PEM)}`, "MIIEog"],
  ["a header that repeats an argument", "Mcp-Param-Region: eu-west-1", "eu-west-1"],
])("takes out %s", (_, text, canary) => {
  expect(withoutSecrets(text)).not.toContain(canary);
  expect(withoutSecrets(text)).toContain("[redacted]");
});

test("leaves alone what only looks like a secret", () => {
  for (const text of [
    "4111 1111 1111 1112",
    "1700000000000",
    "ask-somebody-else-about-it",
    "maxTokens is 5",
    "-----BEGIN CERTIFICATE-----",
    "a%20b%zz%ff 100%",
  ]) {
    expect(withoutSecrets(text)).toBe(text);
  }
});

test("keeps what stands around a private key", () => {
  expect(withoutSecrets(`a ${PEM} b ${PEM} c`)).toBe("a [redacted] b [redacted] c");
});

test("takes out members by their names, in any spelling, and drops what the protocol keeps secret", () => {
  const redact = redactor({ keys: ["Home-Address"] });
  const asked = {
    access_token: "a",
    APIKey: 1,
    "x-api-key": "b",
    home_address: { street: "c" },
    requestState: "d",
    "Mcp-Param-City": "e",
    maxTokens: 5,
    progressToken: 7,
    name: "Joe",
  };
  expect(redact({ deep: [asked] })).toEqual({
    deep: [
      {
        access_token: "[redacted]",
        APIKey: "[redacted]",
        "x-api-key": "[redacted]",
        home_address: "[redacted]",
        maxTokens: 5,
        progressToken: 7,
        name: "Joe",
      },
    ],
  });
});

test("takes out members by JSON path", () => {
  const redact = redactor({ paths: ["$.arguments.card", "items[*].ssn", "a['b.c'][0]"] });
  const value = { arguments: { card: 1, other: 2 }, items: [{ ssn: 1 }, { x: 2 }], a: { "b.c": [1, 2] }, card: 3 };
  expect(redact(value)).toEqual({
    arguments: { card: "[redacted]", other: 2 },
    items: [{ ssn: "[redacted]" }, { x: 2 }],
    a: { "b.c": ["[redacted]", 2] },
    card: 3,
  });
  expect(() => redactor({ paths: ["a..b"] })).toThrow(/position 1/);
});

test("takes out what the operator's own patterns match, global or not", () => {
  expect(redactor({ patterns: [/EMP-\d+/] })({ who: "EMP-12 and EMP-13" })).toEqual({
    who: "[redacted] and [redacted]",
  });
});

test("a card number that is a number, and a secret that is a name, do not come out", () => {
  expect(redactor()({ n: 4111111111111111, [JWT]: 1 })).toEqual({ n: "[redacted]", "[redacted]": 1 });
});

test("bounds size and depth, and never cuts a secret in half", () => {
  const text = `${"x".repeat(90)} ${JWT}`;
  const cut = String(redactor({ maxBytes: 120 })(text));
  expect(cut).not.toContain("eyJ");
  expect(cut).toMatch(/\[truncated\]$/);
  const wide = Array.from({ length: 100_000 }, (_, i) => ({ i }));
  expect(JSON.stringify(redactor({ maxBytes: 1000 })(wide)).length).toBeLessThan(1500);
  const round: { self?: unknown } = {};
  round.self = round;
  expect(JSON.stringify(redactor({ maxDepth: 3 })(round))).toBe('{"self":{"self":{"self":"[too deep]"}}}');
});

test("odd values come out as JSON would have them, or not at all", () => {
  expect(redactor()({ d: new Date(0), f: () => 1, u: undefined, b: 10n, list: [undefined] })).toEqual({
    d: "1970-01-01T00:00:00.000Z",
    b: "10",
    list: [null],
  });
  expect(JSON.stringify(redactor()(JSON.parse('{"__proto__": {"x": 1}}')))).toBe('{"__proto__":{"x":1}}');
});

test("hostile texts of a megabyte take time in proportion to their length", () => {
  const hostile = [
    "eyJ-",
    "sk-",
    "Bearer ",
    "password",
    "-----BEGIN PRIVATE KEY",
    "1 ",
    "://a:",
    "9",
    "eyJ.",
    "token= ",
    "%41",
    "%25",
    "-----BEGIN RSA PRIVATE KEY----- ",
  ];
  for (const piece of hostile) withoutSecrets(piece.repeat(1_000_000 / piece.length));
});
