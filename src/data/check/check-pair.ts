/** What can be said of one pair alone: it runs, names what exists, returns something, and its question says its filters. */
import type { CellIndex } from "../../link/cells.ts";
import type { Database } from "../../schema/schema.ts";
import { unknownNames } from "../../sql/names.ts";
import type { CheckedPair } from "../pairs.ts";
import type { Finding, RejectionCode, WarningCode } from "./codes.ts";
import type { Filter } from "./filters.ts";
import { omissionsOf } from "./mention.ts";

export type PairFindings = {
  readonly rejection?: Finding<RejectionCode>;
  readonly warnings: readonly Finding<WarningCode>[];
};

/** What speaks against a pair, whatever other pairs there are. */
export function checkPair(pair: CheckedPair, database: Database, cells?: CellIndex): PairFindings {
  const { example } = pair;
  if (example.kind === "refuse") return { warnings: [] };
  const rejection = ruinOf(pair, database);
  if (rejection !== undefined) return { rejection, warnings: [] };
  const asked = [example.question, example.evidence ?? ""].join(" ");
  const omissions = omissionsOf(asked, example.sql, database, cells);
  const certain = omissions.find(({ isCertain }) => isCertain);
  if (certain !== undefined)
    return {
      rejection: {
        code: "not-mentioned",
        reason: `the SQL filters ${textOf(certain.filter)}, ${certain.saidInstead === undefined ? "which the question does not say" : `where the question says ${JSON.stringify(certain.saidInstead)}`}`,
      },
      warnings: [],
    };
  const unsure = omissions.map(({ filter }): Finding<WarningCode> => ({
    code: "maybe-not-mentioned",
    reason: `the SQL filters ${textOf(filter)}; the question may not say it`,
  }));
  const isEmpty = pair.isEmpty && !asksForAbsence(example.sql);
  const empty: Finding<WarningCode> = { code: "empty", reason: "the SQL returns nothing" };
  return { warnings: isEmpty ? [...unsure, empty] : unsure };
}

function ruinOf(
  { example, isEmpty, message }: CheckedPair,
  database: Database,
): Finding<RejectionCode> | undefined {
  const { sql, source, checks } = example;
  if (!checks.executed)
    return {
      code: "does-not-run",
      reason: `the SQL does not run${message === undefined ? "" : `: ${message}`}`,
    };
  const unknown = unknownNames(sql, database.dialect, database.tables);
  const names = [...(unknown?.tables ?? []), ...(unknown?.columns ?? [])];
  if (names.length > 0)
    return {
      code: "unknown-name",
      reason: `the SQL names ${names.join(", ")}, which the schema does not have`,
    };
  const isByPerson = /^(curated|imported|served)\b/.test(source.method);
  return isEmpty && !isByPerson && !asksForAbsence(sql)
    ? { code: "empty", reason: "the SQL returns nothing" }
    : undefined;
}

/** Nothing is a good answer to "which customers have no order". */
const asksForAbsence = (sql: string): boolean =>
  /\bNOT\s+(IN|EXISTS)\b|\bEXCEPT\b|\bIS\s+NULL\b/i.test(sql);

const textOf = ({ operator, literal, column }: Filter) =>
  [column, operator, typeof literal === "number" ? literal : `'${literal}'`]
    .filter((part) => part !== undefined)
    .join(" ");
