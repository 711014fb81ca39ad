/** The stages of a project in their order. */
import type { Stage } from "./run.ts";
import { baselineStage } from "./stages/baseline.ts";
import { cleanStage } from "./stages/clean.ts";
import { dataStage } from "./stages/data.ts";
import { evalStage } from "./stages/eval.ts";
import { exportStage } from "./stages/export.ts";
import { schemaStage } from "./stages/schema.ts";
import { trainStage } from "./stages/train.ts";
import { keptAsVersion } from "./versions/save.ts";

export const stages: readonly Stage[] = [
  schemaStage,
  keptAsVersion(dataStage),
  keptAsVersion(cleanStage),
  baselineStage,
  trainStage,
  evalStage,
  exportStage,
];
