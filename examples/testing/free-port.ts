export { freePort } from "../../packages/failover/testing/free-port.ts";
