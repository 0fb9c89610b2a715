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
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/(.)\/$/, "$1");
    paths[path] = { ...paths[path], [route.method]: operation(route, path) };
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

function operation({ method, about }: AdminRoute, path: string): object {
  const json = (schema: object) => ({ content: { "application/json": { schema } } });
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });
  return {
    operationId: `${method}${path.replace(/[^A-Za-z]+(.|$)/g, (_, next: string) => next.toUpperCase())}`,
    summary: about,
    ...(parameters.length > 0 && { parameters }),
    // An empty requirement: where no token is set, reading needs none.
    security: method === "get" ? [{ token: [] }, {}] : [{ token: [] }],
    responses: {
      "2XX": { description: "Done, or what was asked for.", ...json({ type: "object" }) },
      default: { description: "Refused or failed.", ...json(ERROR) },
    },
  };
}
