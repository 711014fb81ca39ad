/** The methods of `t2s data generate` that learn from someone: a larger model, or people's corrections. */
import { resolve } from "node:path";
import { UserError } from "../../../base/errors.ts";
import { formatDuration } from "../../../base/progress.ts";
import type { StageContext } from "../../../pipeline/run.ts";
import { runStages } from "../../../pipeline/run.ts";
import { saveVersions } from "../../../pipeline/versions/save.ts";
import { readCorrections, runTaught, type TaughtSummary } from "../../../pipeline/stages/teach.ts";
import type { Io } from "../../io.ts";
import { chooseStages } from "../run.ts";

export type TaughtFlags = { readonly from?: string; readonly dryRun?: boolean };

export const taughtMethods = ["teacher", "paraphrase", "served"] as const;
export type TaughtMethodName = (typeof taughtMethods)[number];

export const isTaughtMethod = (method: string): method is TaughtMethodName =>
  (taughtMethods as readonly string[]).includes(method);

/** Brings the schema up to date, makes the pairs and prints what they took. */
export async function generateTaught(
  method: TaughtMethodName,
  { from, dryRun = false }: TaughtFlags,
  context: StageContext,
  io: Io,
): Promise<void> {
  if ((method === "served") !== (from !== undefined))
    throw new UserError("usage", "--from FILE belongs to --method served, which needs it");
  await runStages(chooseStages(["schema"]), context);
  const save = () => saveVersions(context, `t2s data generate --method ${method}`);
  if (from !== undefined) {
    const corrections = await readCorrections(context, resolve(from));
    await save();
    return print(corrections, io);
  }
  const { forecast, text, summary } = await runTaught(context, method as "teacher", dryRun);
  if (summary === undefined) return io.result({ forecast }, text);
  await save();
  print(summary, io);
}

function print(summary: TaughtSummary, io: Io): void {
  const { pairs, refusals, rejected, seconds, templates, isLimited } = summary;
  const { requests, cached, tokens, cost } = summary;
  const turnedDown = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
  const lines = [
    `${pairs} pairs of ${templates} templates, ${refusals} refusals, in ${formatDuration(1000 * seconds)}${isLimited ? "; a limit ended it" : ""}`,
    `turned down: ${turnedDown.join(", ") || "nothing"}`,
    `${requests} requests, ${cached} answers from the cache, ${tokens.input} tokens in, ${tokens.output} out, cost ${cost.toFixed(4)}`,
    "`t2s run data clean` takes them up",
  ];
  io.result(
    { pairs, refusals, rejected, seconds, templates, requests, cached, tokens, cost, isLimited },
    lines.join("\n"),
  );
}
