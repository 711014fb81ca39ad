/**
 * Whether a plan of PostgreSQL (EXPLAIN (VERBOSE, FORMAT JSON)) reads and calls nothing but what a reader may. Every scan
 * is of a relation that may be read as it is, or bears the alias that only the frame's own queries give (frame.ts), or is
 * of a relation that the role could not have named. Kinds of nodes that are not known here are refused.
 */
import { NO_CALLS } from "./admit.ts";
import { callsIn, type Catalog, nameWithSchema } from "./catalog.ts";
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
/** What the server writes of these is a name as it is; of all others it is an expression, or a word of its own. */
const NAMES: ReadonlySet<string> = new Set([
  "Alias",
  "CTE Name",
  "Index Name",
  "Relation Name",
  "Schema",
  "Subplan Name",
]);
/** What the server writes as a call though the statement had a clause. */
const CLAUSES: ReadonlySet<string> = new Set(["similar_to_escape", "like_escape", "is_normalized"]);

/** What the plan does that it may not, in a few words for the log; undefined when there is nothing. */
export function strangerIn(
  plan: unknown,
  { byName, functions: { names } }: Catalog,
  frame: Frame,
  permitted: readonly string[],
  alias: string,
): string | undefined {
  const callable = new Set(permitted);
  const mayScan = (node: PlanNode): boolean => {
    if (String(node.Alias).startsWith(alias)) return node["Relation Name"] !== undefined;
    const relation = byName.get(nameWithSchema(node.Schema, node["Relation Name"]));
    return relation !== undefined && (frame.direct.has(relation.id) || relation.mayRead === "none");
  };
  const isStrange = (name: string): boolean =>
    names.has(name) &&
    !callable.has(name) &&
    !frame.functions.has(name) &&
    !NO_CALLS.has(name) &&
    !CLAUSES.has(name);
  const strangeCall = (text: string): string | undefined => {
    const calls = callsIn(text);
    if (calls === undefined) return "a text that cannot be read";
    const name = calls.find(isStrange);
    return name && `${name}()`;
  };
  const inNode = (node: PlanNode): string | undefined => {
    const kind = String(node["Node Type"]);
    if (SCANS.has(kind) ? !mayScan(node) : !OTHERS.has(kind) || "Relation Name" in node)
      return `${kind} ${String(node["Relation Name"] ?? "")}`;
    for (const [key, value] of Object.entries(node)) {
      if (key === "Plans" || NAMES.has(key)) continue;
      if (key !== "Function Name") {
        const stranger = firstOf(textsIn(value), strangeCall);
        if (stranger !== undefined) return stranger;
      } else if (isStrange(String(value))) return `${String(value)}()`;
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
