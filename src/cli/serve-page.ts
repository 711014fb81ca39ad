/** Serves the page of a finished project until Ctrl-C: the report and a box to ask in. */
import { readFileSync } from "node:fs";
import { UserError } from "../base/errors.ts";
import { createExecutor } from "../db/executor.ts";
import { openTunedModel } from "../pipeline/predictor.ts";
import type { StageContext } from "../pipeline/run.ts";
import { databaseFileOf } from "../pipeline/stages/schema.ts";
import { rawHtml } from "../report/html.ts";
import { createApp } from "../serve/app.ts";
import { askPage } from "./ask-page.ts";

export type ServeOptions = {
  readonly port: number;
  readonly title: string;
  readonly sampleQuestions: readonly string[];
  readonly reportFile: string;
};

const HOST = "127.0.0.1";

/** Ends when the context's signal aborts. Raises port-in-use. */
export async function servePage(context: StageContext, options: ServeOptions): Promise<void> {
  const model = await openTunedModel(context);
  const executor = createExecutor({ workers: 1 });
  const report = bodyOf(readFileSync(options.reportFile, "utf8"));
  const app = createApp({
    page: askPage(options.title, options.sampleQuestions, rawHtml(report)),
    predict: (questions, given) =>
      model.predict(questions, { maxTokens: context.config["eval.maxTokens"], ...given }),
    executor,
    databaseFile: databaseFileOf(context),
  });
  try {
    const url = await app
      .listen({ host: HOST, port: options.port })
      .catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EADDRINUSE"
          ? new UserError("port-in-use", `port ${options.port} is taken`, { cause: error })
          : error;
      });
    context.progress.note(`Ask your questions on ${url} (Ctrl-C ends)`);
    await new Promise<void>((resolve) =>
      context.signal?.aborted
        ? resolve()
        : context.signal?.addEventListener("abort", () => resolve(), { once: true }),
    );
  } finally {
    await app.close();
    await executor.close();
    await model.close();
  }
}

/** What stands in the body of a report. */
const bodyOf = (page: string): string => /<body>([\s\S]*)<\/body>/.exec(page)?.[1] ?? "";
