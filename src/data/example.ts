/** One question with its answer: the unit of every file of pairs. The form is fixed; docs/data.md describes it. */
import type { Dialect } from "../sql/dialect.ts";

export type Split = "train" | "dev" | "test";

export type Example = {
  readonly id: string;
  readonly question: string;
  /** Empty for `kind: "refuse"`. */
  readonly sql: string;
  readonly dbId: string;
  readonly schemaFingerprint: string;
  readonly kind: "answer" | "refuse";
  /** The reason, without the leading `-- cannot answer: `. */
  readonly refusal?: string;
  readonly evidence?: string;
  readonly dialect: Dialect;
  readonly hardness: "easy" | "medium" | "hard" | "extra";
  /** Canonical SQL with literals masked and aliases normalised; refusals carry `refuse:<reason>`. */
  readonly templateId: string;
  /** As templateId, with the names of tables and columns masked too. */
  readonly shapeId: string;
  readonly source: {
    readonly method: string;
    readonly model?: string;
    readonly seed?: number;
    readonly parentId?: string;
    /** Of what the pair was taken from, as its makers state it. */
    readonly licence?: string;
  };
  readonly checks: {
    readonly executed: boolean;
    readonly rows: number;
    readonly ms: number;
    readonly discriminating: boolean;
  };
  readonly split: Split;
  /** What a person made of it in review. */
  readonly review?: "accepted" | "fixed";
};
