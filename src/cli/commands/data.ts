/** `t2s data`: makes, cleans, divides, counts and shows pairs; a file per command in data/. */
import type { Command } from "commander";
import { registerClean } from "./data/clean.ts";
import { registerGenerate } from "./data/generate.ts";
import { registerLeaks } from "./data/leaks.ts";
import { registerSplit } from "./data/split.ts";
import { registerStats } from "./data/stats.ts";

const commands = [registerGenerate, registerClean, registerSplit, registerLeaks, registerStats];

export function registerData(program: Command): void {
  const data = program.command("data").description("Makes and counts pairs of question and SQL.");
  for (const register of commands) register(data);
}
