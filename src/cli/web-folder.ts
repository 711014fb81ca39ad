/** Where the page stands after `npm run build`: beside the compiled program, also for the program run from its sources. */
import { fileURLToPath } from "node:url";

export function builtWebFolder(): string {
  const isSource = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? "../../dist/web" : "../../web", import.meta.url));
}
