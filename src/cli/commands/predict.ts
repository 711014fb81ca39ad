/** `t2s predict "…"`: one question to SQL by the deployed artefact, executed on demand. */
import type { Command } from "commander";
import { createExecutor } from "../../db/executor.ts";
import { createSuggester, refusalText } from "../../predict/suggest.ts";
import { surenessOf } from "../../predict/sureness.ts";
import { terminalTable } from "../../report/terminal.ts";
import { openTunedModel } from "../../pipeline/predictor.ts";
import { databaseOf, loadDatabase } from "../../pipeline/stages/schema.ts";
import { ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { contextOf } from "./run.ts";

const MAX_ROWS = 100;

export function registerPredict(program: Command): void {
  const command = program
    .command("predict")
    .description(
      "Turns one question into SQL with the tuned model (the base model when none is tuned yet).",
    )
    .argument("<question>", "the question, in plain words")
    .option("--execute", "run the SQL, read-only, and show the rows")
    .addHelpText(
      "after",
      '\nExamples:\n  t2s predict "How many open invoices are there?"\n  t2s predict "open balance by customer" --execute --json\n  t2s predict "open balance by customer" --decode candidates:8',
    );
  addOptionFlags(command, ["predict."]);
  command.action(async (question: string, options: { execute?: boolean }, self: Command) => {
    const io = ioOf(self);
    const context = contextOf(io, overridesOf(self));
    const model = await openTunedModel(context);
    try {
      const [prediction] = await model.predict([question], {
        maxTokens: context.config["eval.maxTokens"],
        withConfidence: true,
        signal: io.signal,
      });
      const { answer, ms, tokens, candidates } = prediction;
      const { confidence, basis } = surenessOf(prediction);
      const sureness = confidence !== undefined && { confidence, confidence_basis: basis };
      if (answer.kind === "refuse") {
        const { refusal } = answer;
        const suggestions = createSuggester(await loadDatabase(context))(question, refusal);
        return io.result(
          { sql: null, refusal, suggestions, ...sureness, ms, tokens, model: model.name },
          `cannot answer: ${refusalText(refusal, suggestions)}`,
        );
      }
      const executor = options.execute ? createExecutor({ workers: 1 }) : undefined;
      try {
        const result = await executor?.run(databaseOf(context), answer.sql, {
          timeoutMs: context.config["eval.timeoutMs"],
          maxRows: MAX_ROWS,
        });
        const rows = result?.ok
          ? result.rows.map((row) => row.map((cell) => (cell === null ? "NULL" : String(cell))))
          : [];
        const shown =
          result === undefined
            ? ""
            : result.ok
              ? `\n\n${terminalTable(result.columns, rows)}`
              : `\n\n${result.message}`;
        io.result(
          {
            sql: answer.sql,
            ms,
            tokens,
            model: model.name,
            ...sureness,
            ...(candidates && { candidates }),
            ...(result && {
              result: result.ok
                ? { columns: result.columns, rows, truncated: result.truncated }
                : { error: result.message },
            }),
          },
          `${answer.sql}${shown}`,
        );
      } finally {
        await executor?.close();
      }
    } finally {
      await model.close();
    }
  });
}
