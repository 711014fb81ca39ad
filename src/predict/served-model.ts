/** A project's model as it is served: on the project's schema, and on any other that comes with a question. */
import type { Database } from "../schema/schema.ts";
import type { Predict } from "./predict.ts";

/** How a question is to be answered, as predict.decode and predict.repair; what is left out is the project's. */
export type WantedDecoding = { readonly decode?: string; readonly repair?: number };

export type ServedModel = Required<WantedDecoding> & {
  /** "tuned" or "base". */
  readonly name: string;
  /** The training run that it comes from; none for a base model. */
  readonly run?: string;
  /** Longest answer in tokens. */
  readonly maxTokens: number;
  /** On another schema, or a part of it: one answer for each question, and nothing is executed to choose it. Raises schema-too-long. */
  predictOn(database: Database, decode?: string): Predict;
  /** On the project's schema, decoded as a request wants it. */
  predictAs(wanted: WantedDecoding): Promise<Predict>;
  close(): Promise<void>;
};
