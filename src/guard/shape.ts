/**
 * Whether a parsed statement is a query and nothing else: everything that its tree holds must be on a list. What the
 * list lacks is refused, so that a clause the parser learns tomorrow is refused too. Knows no schema.
 */
import {
  bodyOf,
  isList,
  isNode,
  isQuery,
  listOf,
  type SqlNode,
  type SqlValue,
} from "../sql/tree.ts";

/** Kinds of nodes: queries, operators, and functions that the parser has a kind for. */
const KINDS = `select union intersect except subquery values table joined_table paren tuple star alias column literal
  boolean null
  add sub mul div mod concat neg and or not eq neq lt lte gt gte like glob is is_null is_true is_false null_safe_eq
  null_safe_neq between in exists case cast collation bitwise_and bitwise_or bitwise_not bitwise_left_shift
  bitwise_right_shift window_function json_extract json_extract_scalar function aggregate_function
  abs acos asin atan atan2 avg ceil coalesce cos count cume_dist degrees dense_rank exp first_value floor group_concat
  if_func str_position j_s_o_n_array json_array_length json_object json_type lag last_value lead length ln log lower max
  median min mod_func nth_value n_tile percent_rank pi power radians rand random rank row_number sin sqrt string_agg
  substring sum tan trim typeof upper`;

/** What the nodes hold. */
const FIELDS = `this expressions expression name quoted left right all by_name from joins on using where_clause group_by
  having order_by limit offset distinct with ctes recursive materialized columns alias_first alias
  alias_explicit_as alias_keyword kind nesting_group use_outer_keyword use_inner_keyword desc explicit_asc nulls_first
  windows spec frame start end kind_text start_side_text end_side_text partition_by over window_name args no_parens
  literal_type value low high whens else_ operand to data_type precision scale length real_spelling
  integer_spelling double_colon_syntax escape query original_name filter position characters sql_standard_syntax
  position_explicit condition true_value false_value substr separator decimals path arrow_syntax pairs num_buckets
  default base postfix_form Preceding Following`;

const ALLOWED: ReadonlySet<string> = new Set(`${KINDS} ${FIELDS}`.split(/\s+/));
const LITERALS: ReadonlySet<SqlValue> = new Set(["number", "string", "hex_string"]);
const CUSTOM_TYPE = /^[a-z][\w ]*$/i;

/** What a statement holds besides queries, in a word or two; undefined when it is nothing. */
export function strangerIn(statement: SqlNode): string | undefined {
  return isQuery(statement) ? strangerBelow(statement) : "something that is no SELECT";
}

function strangerBelow(value: SqlValue): string | undefined {
  if (isList(value)) return firstOf(value);
  if (!isNode(value)) return undefined;
  const from = bodyOf(value, "select");
  if (from !== undefined && !sourcesOf(from).every(isSource))
    return "something in FROM that is neither a table nor a query";
  const literal = bodyOf(value, "literal");
  if (literal !== undefined && !LITERALS.has(literal.literal_type)) return "an unusual literal";
  const type = value.data_type === "custom" ? String(value.name) : "";
  if (!CUSTOM_TYPE.test(type || "text")) return "an unusual type";
  for (const [key, child] of Object.entries(value)) {
    if (isEmpty(child) || /(?:^|_)comments$/.test(key) || key === "span") continue;
    if (!ALLOWED.has(key)) return `"${key.replaceAll("_", " ")}"`;
    const stranger = strangerBelow(child);
    if (stranger !== undefined) return stranger;
  }
  return undefined;
}

function firstOf(values: readonly SqlValue[]): string | undefined {
  for (const value of values) {
    const stranger = strangerBelow(value);
    if (stranger !== undefined) return stranger;
  }
  return undefined;
}

const isEmpty = (value: SqlValue): boolean =>
  value === null || value === false || (isList(value) && value.length === 0);

const sourcesOf = (select: SqlNode): readonly SqlValue[] => [
  ...listOf(bodyOf(select, "from")?.expressions),
  ...listOf(select.joins).map((join) => (isNode(join) ? join.this : join)),
];

function isSource(value: SqlValue): boolean {
  const joined = bodyOf(value, "joined_table");
  if (joined === undefined)
    return bodyOf(value, "table") !== undefined || bodyOf(value, "subquery") !== undefined;
  const rights = listOf(joined.joins).map((join) => (isNode(join) ? join.this : join));
  return [joined.left, ...rights].every(isSource);
}
