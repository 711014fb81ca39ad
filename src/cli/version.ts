/** The version of this package. */
import { readFileSync } from "node:fs";

export function packageVersion(): string {
  const fromDist = new URL("../../../package.json", import.meta.url);
  const fromSource = new URL("../../package.json", import.meta.url);
  const file = import.meta.url.endsWith(".ts") ? fromSource : fromDist;
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
