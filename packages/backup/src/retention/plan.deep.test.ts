import { retentionProperties } from "../../testing/retention-properties.ts";

retentionProperties(Number(process.env.ROUNDS ?? 20_000), Number(process.env.SEED ?? 7));
