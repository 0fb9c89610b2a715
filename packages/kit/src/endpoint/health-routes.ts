import { HEALTH_ROUTES, type Health } from "@mcp-ops/health";
import { plain, type Route, type RouteRequest } from "./route.ts";

/** The pages of probes. Whose health they tell is looked up at each request: it may come after the endpoint was opened. */
export function healthRoutes(
  health: () => Pick<Health, "respond">,
  mayReadDetails: (request: RouteRequest) => boolean,
): readonly Route[] {
  return HEALTH_ROUTES.map(({ path, about }) => ({
    path,
    about,
    respond: (request) =>
      health().respond(path, { authorised: mayReadDetails(request) === true }) ?? plain(404, "There is no such page."),
  }));
}
