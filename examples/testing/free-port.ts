// @boundaries-ignore finds a port for tests, and is in no package that is published
export { freePort } from "../../packages/failover/testing/free-port.ts";
