/** `t2s data`: makes, cleans, divides, counts and shows pairs; a file per command in data/. */
import type { Command } from "commander";
import { registerCheckout } from "./data/checkout.ts";
import { registerClean } from "./data/clean.ts";
import { registerDiff } from "./data/diff.ts";
import { registerExport } from "./data/export.ts";
import { registerGenerate } from "./data/generate.ts";
import { registerImport } from "./data/import.ts";
import { registerLeaks } from "./data/leaks.ts";
import { registerReview } from "./data/review.ts";
import { registerSplit } from "./data/split.ts";
import { registerStats } from "./data/stats.ts";
import { registerVersions } from "./data/versions.ts";

const commands = [
  registerGenerate,
  registerImport,
  registerClean,
  registerSplit,
  registerLeaks,
  registerStats,
  registerReview,
  registerVersions,
  registerDiff,
  registerCheckout,
  registerExport,
];

export function registerData(program: Command): void {
  const data = program.command("data").description("Makes and counts pairs of question and SQL.");
  for (const register of commands) register(data);
}
