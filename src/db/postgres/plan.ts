/**
 * Whether a plan of PostgreSQL (EXPLAIN (VERBOSE, FORMAT JSON)) reads and calls nothing but what a reader may. Every scan
 * is of a relation that may be read as it is, or bears the alias that only the frame's own queries give (frame.ts), or is
 * of a relation that the role could not have named. Kinds of nodes that are not known here are refused.
 */
import { NO_CALLS } from "./admit.ts";
import { callsIn, type Catalog, type Relation } from "./catalog.ts";
import type { Frame } from "./frame.ts";

type PlanNode = { readonly [key: string]: unknown };

const SCANS: ReadonlySet<string> = new Set([
  "Seq Scan",
  "Sample Scan",
  "Index Scan",
  "Index Only Scan",
  "Bitmap Heap Scan",
  "Tid Scan",
  "Tid Range Scan",
  "Foreign Scan",
]);
const OTHERS: ReadonlySet<string> = new Set([
  "Result",
  "ProjectSet",
  "Append",
  "Merge Append",
  "Recursive Union",
  "BitmapAnd",
  "BitmapOr",
  "Bitmap Index Scan",
  "Nested Loop",
  "Merge Join",
  "Hash Join",
  "Gather",
  "Gather Merge",
  "Subquery Scan",
  "Function Scan",
  "Table Function Scan",
  "Values Scan",
  "CTE Scan",
  "WorkTable Scan",
  "Materialize",
  "Memoize",
  "Sort",
  "Incremental Sort",
  "Group",
  "Aggregate",
  "WindowAgg",
  "Unique",
  "SetOp",
  "Limit",
  "Hash",
]);
/** What the server writes as a call though the statement had a clause. */
const CLAUSES: ReadonlySet<string> = new Set(["similar_to_escape", "like_escape", "is_normalized"]);

/** What the plan does that it may not, in a few words for the log; undefined when there is nothing. */
export function strangerIn(
  plan: unknown,
  { relations, functions: { names } }: Catalog,
  frame: Frame,
  permitted: readonly string[],
  alias: string,
): string | undefined {
  const byName = new Map<string, Relation>();
  for (const relation of relations.values())
    byName.set(`${relation.schema}\n${relation.name}`, relation);
  const callable = new Set(permitted);
  const mayScan = (node: PlanNode): boolean => {
    if (String(node.Alias).startsWith(alias)) return node["Relation Name"] !== undefined;
    const relation = byName.get(`${String(node.Schema)}\n${String(node["Relation Name"])}`);
    return relation !== undefined && (frame.direct.has(relation.id) || relation.mayRead === "none");
  };
  const strangeCall = (text: string): string | undefined =>
    callsIn(text).find(
      (name) =>
        names.has(name) &&
        !callable.has(name) &&
        !frame.functions.has(name) &&
        !NO_CALLS.has(name) &&
        !CLAUSES.has(name),
    );
  const inNode = (node: PlanNode): string | undefined => {
    const kind = String(node["Node Type"]);
    if (SCANS.has(kind) ? !mayScan(node) : !OTHERS.has(kind) || "Relation Name" in node)
      return `${kind} ${String(node["Relation Name"] ?? "")}`;
    for (const [key, value] of Object.entries(node)) {
      if (key === "Plans") continue;
      const texts = textsIn(value);
      const call = firstOf(key === "Function Name" ? [`${texts[0]}()`] : texts, strangeCall);
      if (call !== undefined) return `${call}()`;
    }
    return firstOf((node.Plans ?? []) as readonly PlanNode[], inNode);
  };
  const roots = plan as readonly { readonly Plan: PlanNode }[];
  return firstOf(roots, (root) => inNode(root.Plan));
}

const textsIn = (value: unknown): string[] =>
  typeof value === "object" && value !== null
    ? Object.values(value).flatMap(textsIn)
    : [String(value)];

function firstOf<T>(
  items: readonly T[],
  find: (item: T) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
