/** The half of `t2s eval` that scores a project's models on its test split. */
import { UserError } from "../../base/errors.ts";
import type { Config } from "../../pipeline/options.ts";
import { runStages } from "../../pipeline/run.ts";
import { latestReport } from "../../pipeline/stages/eval.ts";
import type { Io } from "../io.ts";
import { boundIn, requireAtLeast } from "./bound.ts";
import { chooseStages, contextOf, reportSummary } from "./run.ts";

export type EvalProjectOptions = { readonly atLeast?: string; readonly force?: boolean };

export async function evalProject(
  { atLeast, force }: EvalProjectOptions,
  overrides: Partial<Config>,
  io: Io,
): Promise<void> {
  const bound = boundIn(atLeast);
  const context = contextOf(io, overrides);
  await runStages(chooseStages(["baseline", "eval"]), context, force);
  const report = latestReport(context.project);
  if (!report) throw new UserError("not-found", "there is no report; run `t2s run` first");
  io.result(report.json, reportSummary(report.json, report.htmlFile));
  requireAtLeast("EX of the tuned model", report.json.tuned.ex, bound);
}
