import { type AdminRoute, API } from "./admin-route.ts";

const ERROR = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: { code: { type: "string" }, message: { type: "string" } },
      required: ["code", "message"],
    },
  },
  required: ["error"],
};

/** The API as an OpenAPI 3.1 document, made of the very routes that answer. */
export function openApiDocument(routes: readonly AdminRoute[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/(.)\/$/, "$1");
    const elsewhere = route.isWhole && { servers: [{ url: "/" }] };
    paths[path] = { ...paths[path], ...elsewhere, [route.method]: operation(route, path) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "mcp-ops sidecar",
      version: "1",
      description: "What an operator can read and do at a running sidecar.",
    },
    servers: [{ url: API }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths,
  };
}

function operation({ method, about, query = {}, accepts, answers = {} }: AdminRoute, path: string): object {
  const json = (schema: object) => ({ content: { "application/json": { schema } } });
  const schema = { type: "string" };
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema })),
    ...Object.entries(query).map(([name, description]) => ({ name, in: "query", description, schema })),
  ];
  const told = Object.entries(answers).map(([status, description]) => {
    return [status, { description, ...json(Number(status) < 300 ? { type: "object" } : ERROR) }];
  });
  return {
    operationId: `${method}${path.replace(/[^A-Za-z]+(.|$)/g, (_, next: string) => next.toUpperCase())}`,
    summary: about,
    ...(parameters.length > 0 && { parameters }),
    ...(accepts !== undefined && { requestBody: json(accepts) }),
    // An empty requirement: where no token is set, reading needs none.
    security: method === "get" ? [{ token: [] }, {}] : [{ token: [] }],
    responses: {
      ...Object.fromEntries(told),
      "2XX": { description: "Done, or what was asked for.", ...json({ type: "object" }) },
      default: { description: "Refused or failed.", ...json(ERROR) },
    },
  };
}
