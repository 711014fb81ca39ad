/** The names of the scoring modes (docs/evaluation.md). Knows none of them. */
export const MODES = [
  "strict",
  "spider-ex",
  "spider-ts",
  "spider-em",
  "bird-ex",
  "bird-softf1",
  "bird-rves",
] as const;
export type Mode = (typeof MODES)[number];

/** Modes whose score is a share of right items; the others average a score. */
export const isRate = (mode: Mode): boolean => mode !== "bird-softf1" && mode !== "bird-rves";
