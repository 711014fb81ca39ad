/** What the route on the report of a run answers, as types alone; project-types.ts hands them on. */

/** Accuracy of one model, over the answerable questions. */
export type Figures = {
  readonly n: number;
  readonly ex: number;
  readonly low: number;
  readonly high: number;
  readonly notRun: number;
  readonly unknownNames: number;
  readonly refusalRecall: number | null;
  readonly wronglyRefused: number;
  readonly secondsPerQuestion: number;
};

export type Compared = Readonly<Record<"base" | "fewShot" | "tuned", Figures>> & {
  /** Where the tuned model's answers were chosen among several: the first of each. */
  readonly tunedOneAnswer?: Figures;
  /** Tuned minus base on the same questions. */
  readonly paired: {
    readonly difference: number;
    readonly low: number;
    readonly high: number;
    readonly p: number;
  };
};

export type Score = {
  readonly n: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
};

export type ReportCase = {
  readonly id: string;
  readonly question: string;
  readonly kind: "answer" | "refuse";
  readonly hardness: string;
  readonly goldSql: string;
  readonly goldRefusal?: string;
  readonly predictedSql?: string;
  readonly predictedRefusal?: string;
  readonly verdict: 0 | 1;
  readonly reason: string;
  readonly message?: string;
  readonly errorClass: string | null;
  readonly differences: readonly string[];
  /** Whether the untuned model was right; left out where it was not asked. */
  readonly isBaseRight?: boolean;
};

/** How often answers are right, by tenths of their confidence. */
export type Reliability = {
  readonly name: "calibrated" | "model";
  readonly n: number;
  readonly bins: readonly (Score & { readonly confidence: number })[];
  readonly brier: { readonly value: number; readonly low: number; readonly high: number };
  /** Expected calibration error. */
  readonly error: number;
};

export type RunReport = {
  readonly id: string;
  readonly at: string;
  readonly figures: Compared & {
    readonly seconds: Readonly<Record<string, number>>;
    readonly conditions: Readonly<Record<string, string | number>>;
  };
  readonly groupings: readonly {
    readonly title: string;
    readonly note: string;
    readonly groups: readonly {
      readonly title: string;
      readonly tuned: Score;
      readonly base?: Score;
    }[];
  }[];
  /** Of wrong answers: how many, and their share of all questions with its 95 % interval. */
  readonly errorClasses: readonly {
    readonly name: string;
    readonly n: number;
    readonly share: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** What confidence is worth: calibrated, where it was, and the model's own probability. */
  readonly confidence: readonly Reliability[];
  readonly cases: readonly ReportCase[];
};
