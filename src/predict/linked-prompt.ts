/**
 * What a question is asked with where the schema is not shown whole: a prompt of the tables that linking ranks best, as
 * many as are wanted and fit. The same renderer as for a whole schema: only the schema is smaller. Knows no model.
 */
import { UserError } from "../base/errors.ts";
import type { Linker } from "../link/link.ts";
import { createPruner } from "../link/prune.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import type { PromptFor } from "./predict.ts";

export type LinkedPromptOptions = {
  readonly database: Database;
  readonly linker: Linker;
  /** Most tables of a prompt. */
  readonly tables: number;
  /** The prompt of a part of the schema; undefined where it cannot keep its bound. */
  readonly promptOf: (part: Database) => Prompt | undefined;
  /** Whether it leaves room for the question and its answer. */
  readonly fits: (prompt: Prompt, question: string) => boolean;
};

/**
 * Prompts by question. Where nothing fits the smallest is given, because it is the question then that is too long; where
 * not even that keeps the schema's bound, asking for it raises schema-too-long.
 */
export function createLinkedPrompts(options: LinkedPromptOptions): PromptFor {
  const { database, linker, tables, promptOf, fits } = options;
  const prune = createPruner(database);
  return (question) => {
    let smallest: Prompt | undefined;
    for (const part of prune(linker.link(question), tables)) {
      const prompt = promptOf(part);
      if (prompt) smallest = { ...prompt, part };
      if (smallest && fits(smallest, question)) break;
    }
    if (smallest) return smallest;
    throw new UserError(
      "schema-too-long",
      "not even the keys of the one table that the question speaks of keep prompt.maxSchemaTokens",
    );
  };
}
