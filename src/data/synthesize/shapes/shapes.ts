/**
 * The closed list of shapes with how often each is drawn. The weights lean towards Spider's spread of hardness
 * (a quarter easy, two fifths medium, the rest hard and beyond).
 */
import type { Draft, Draw } from "../draw.ts";
import { aggregate, count, countDistinct } from "./aggregates.ts";
import { figureOfGroups, groupsBeyond, topGroups } from "./group-limits.ts";
import {
  figurePerGroup,
  figuresPerGroup,
  orderedGroups,
  severalFigures,
  shareOfTotal,
  twoKeys,
} from "./groups.ts";
import {
  distinctValues,
  list,
  listWithParent,
  lookup,
  orderedList,
  rowDifference,
} from "./lists.ts";
import {
  averageDays,
  casesSideBySide,
  differenceOfSums,
  percentOfRows,
  percentOfSum,
  ratioOfSums,
  unitRate,
} from "./shares.ts";
import { beyondAverage, likeNamedRow, reachingExtreme, setOperation } from "./nested.ts";
import { definedValue } from "./defined.ts";
import { extremeRow, extremeRowWithParent, topRows } from "./ranking.ts";
import { comparedSums } from "./compared-sums.ts";
import { countWithNone, owners, withOrWithout } from "./relations.ts";
import { groupThroughTwo, throughTwo } from "./three-tables.ts";

export type ShapeName =
  | "list"
  | "orderedList"
  | "distinctValues"
  | "lookup"
  | "listWithParent"
  | "rowDifference"
  | "count"
  | "countDistinct"
  | "aggregate"
  | "severalFigures"
  | "differenceOfSums"
  | "percentOfRows"
  | "percentOfSum"
  | "ratioOfSums"
  | "unitRate"
  | "casesSideBySide"
  | "averageDays"
  | "figurePerGroup"
  | "figuresPerGroup"
  | "orderedGroups"
  | "topGroups"
  | "groupsBeyond"
  | "twoKeys"
  | "figureOfGroups"
  | "shareOfTotal"
  | "extremeRow"
  | "topRows"
  | "extremeRowWithParent"
  | "withOrWithout"
  | "owners"
  | "countWithNone"
  | "throughTwo"
  | "groupThroughTwo"
  | "comparedSums"
  | "beyondAverage"
  | "reachingExtreme"
  | "likeNamedRow"
  | "setOperation"
  | "definedValue";

export type Shape = {
  readonly weight: number;
  /** Nothing when the draw does not work out: the next draw may. */
  readonly draw: (draw: Draw) => Draft | undefined;
};

export const shapes: Readonly<Record<ShapeName, Shape>> = {
  list: { weight: 11, draw: list },
  orderedList: { weight: 4, draw: orderedList },
  distinctValues: { weight: 2.5, draw: distinctValues },
  lookup: { weight: 3.5, draw: lookup },
  listWithParent: { weight: 6, draw: listWithParent },
  rowDifference: { weight: 2, draw: rowDifference },
  count: { weight: 5, draw: count },
  countDistinct: { weight: 2.5, draw: countDistinct },
  aggregate: { weight: 16, draw: aggregate },
  severalFigures: { weight: 2, draw: severalFigures },
  differenceOfSums: { weight: 1.5, draw: differenceOfSums },
  percentOfRows: { weight: 2, draw: percentOfRows },
  percentOfSum: { weight: 1.5, draw: percentOfSum },
  ratioOfSums: { weight: 1, draw: ratioOfSums },
  unitRate: { weight: 0.7, draw: unitRate },
  shareOfTotal: { weight: 1.5, draw: shareOfTotal },
  casesSideBySide: { weight: 1, draw: casesSideBySide },
  averageDays: { weight: 1.5, draw: averageDays },
  figurePerGroup: { weight: 20, draw: figurePerGroup },
  figuresPerGroup: { weight: 2.5, draw: figuresPerGroup },
  orderedGroups: { weight: 4, draw: orderedGroups },
  topGroups: { weight: 7, draw: topGroups },
  groupsBeyond: { weight: 5, draw: groupsBeyond },
  twoKeys: { weight: 3, draw: twoKeys },
  figureOfGroups: { weight: 1, draw: figureOfGroups },
  extremeRow: { weight: 5, draw: extremeRow },
  topRows: { weight: 4, draw: topRows },
  extremeRowWithParent: { weight: 2, draw: extremeRowWithParent },
  withOrWithout: { weight: 5, draw: withOrWithout },
  owners: { weight: 2.5, draw: owners },
  countWithNone: { weight: 1, draw: countWithNone },
  throughTwo: { weight: 4, draw: throughTwo },
  groupThroughTwo: { weight: 3, draw: groupThroughTwo },
  comparedSums: { weight: 1.5, draw: comparedSums },
  beyondAverage: { weight: 2, draw: beyondAverage },
  reachingExtreme: { weight: 0.6, draw: reachingExtreme },
  likeNamedRow: { weight: 0.6, draw: likeNamedRow },
  setOperation: { weight: 3.5, draw: setOperation },
  definedValue: { weight: 20, draw: definedValue },
};
