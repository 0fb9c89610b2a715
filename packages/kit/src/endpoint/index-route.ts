import type { Route } from "./route.ts";

/** `/`: what there is to read here. */
export function indexRoute(routes: readonly Route[]): Route {
  const items = routes.map(({ path, about }) => `<li><a href="${path}">${path}</a> ${about}</li>`).join("\n");
  const body = `<!doctype html>\n<meta charset="utf-8">\n<title>mcp-ops</title>\n<h1>mcp-ops</h1>\n<ul>\n${items}\n</ul>\n`;
  return {
    path: "/",
    about: "This page",
    respond: () => ({ status: 200, contentType: "text/html; charset=utf-8", body }),
  };
}
