/** The page of a project's service: a box to ask in, and the report where there is one. */
import { existsSync, readFileSync } from "node:fs";
import { html, rawHtml } from "../report/html.ts";
import { askPage } from "./ask-page.ts";

export type PageOptions = {
  readonly title: string;
  readonly sampleQuestions?: readonly string[];
  readonly reportFile?: string;
};

/** The page as HTML. */
export function projectPage({ title, sampleQuestions = [], reportFile }: PageOptions): string {
  const report =
    reportFile !== undefined && existsSync(reportFile)
      ? rawHtml(bodyOf(readFileSync(reportFile, "utf8")))
      : html`<p class="soft">There is no report yet: \`t2s run\` makes one.</p>`;
  return askPage(title, sampleQuestions, report);
}

/** What stands in the body of a report. */
const bodyOf = (page: string): string => /<body>([\s\S]*)<\/body>/.exec(page)?.[1] ?? "";
