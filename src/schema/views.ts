/** Which views of a database run, and how many rows they have; decided in a process that can be stopped. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ViewProbe } from "./child/probe-views.ts";

const VIEW_TIMEOUT_MS = 10_000;

/** One probe for each view; a view that takes longer than its time is an error of that view. */
export function probeViews(
  file: string,
  views: readonly string[],
  maxRows: number,
  timeoutMs: number = VIEW_TIMEOUT_MS,
): Map<string, ViewProbe> {
  const probes = new Map<string, ViewProbe>();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`child/probe-views.${extension}`, import.meta.url));
  while (probes.size < views.length) {
    const left = views.slice(probes.size);
    const args = ["--disable-warning=ExperimentalWarning", entry, file, String(maxRows), ...left];
    const { stdout, error } = spawnSync(process.execPath, args, {
      env: {},
      encoding: "utf8",
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = stdout.split("\n").slice(0, -1);
    lines.forEach((line, i) => probes.set(left[i], JSON.parse(line) as ViewProbe));
    if (lines.length < left.length) {
      const isTimeout = (error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT";
      const reason = isTimeout ? `runs longer than ${timeoutMs / 1000} s` : "cannot be run";
      probes.set(left[lines.length], { error: reason });
    }
  }
  return probes;
}
