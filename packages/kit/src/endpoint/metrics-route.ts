import { prefersOpenMetrics } from "./preferences.ts";
import { plain, type Route } from "./route.ts";

/** What can be scraped; `metrics()` gives one. */
export interface Scrapable {
  scrape(options: { readonly openMetrics: boolean }): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** `/metrics`, in OpenMetrics for those who ask for it, else in the classic text format of Prometheus. */
export function metricsRoute(metrics: Scrapable): Route {
  return {
    path: "/metrics",
    about: "Prometheus metrics",
    async respond({ headers }) {
      try {
        const openMetrics = prefersOpenMetrics(headers.accept);
        const { contentType, body } = await metrics.scrape({ openMetrics });
        return { status: 200, contentType, body, vary: ["Accept"] };
      } catch (error) {
        // A comment in both formats; newlines in the message would end it.
        return plain(500, `# The scrape failed: ${String(error).replace(/\s+/g, " ")}`);
      }
    },
  };
}
