import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A certificate for 127.0.0.1 that signed itself, so that it is its own authority; as files, and as PEM texts.
 * @param subject without a common name where etcd has both certificates and users: its gateway takes no other then
 */
export function certificate(folder: string, name: string, subjectName = "/O=mcp-ops") {
  const cert = join(folder, `${name}.pem`);
  const key = join(folder, `${name}-key.pem`);
  const subject = ["-subj", subjectName, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-days", "1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { files: { cert, key }, cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}
