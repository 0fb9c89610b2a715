/** The folder with `rules/` and `tests/` as this package brings them, with the default thresholds. */
export const SHIPPED: URL = new URL("../", import.meta.url);
