/**
 * Whether a parsed statement is a query and nothing else: everything that its tree holds must be on a list. What the
 * list lacks is refused, so that a clause the parser learns tomorrow is refused too. Knows no schema.
 */
import type { Dialect } from "../sql/dialect.ts";
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

/** What PostgreSQL has besides. */
const POSTGRES = `i_like regexp_like regexp_i_like similar_to at_time_zone interval extract within_group distinct_on fetch
  array_func array_agg subscript any array_contains_all greatest least nullif initcap overlay stddev stddev_pop
  stddev_samp variance var_pop var_samp logical_or logical_and mode percentile_cont percentile_disc lateral date_trunc
  now current_date current_time current_timestamp to_date to_timestamp unnest
  field type unit pattern zone timezone from_for_syntax replacement element_type dimension direction count rows subquery op index
  column_aliases hash_arrow_syntax no_parens format return_type`;

type Shape = {
  readonly allowed: ReadonlySet<string>;
  readonly literals: ReadonlySet<SqlValue>;
  readonly types: RegExp;
};

const wordsOf = (...lists: readonly string[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => list.split(/\s+/)));
const SQLITE_SHAPE: Shape = {
  allowed: wordsOf(KINDS, FIELDS),
  literals: new Set(["number", "string", "hex_string"]),
  types: /^[a-z][\w ]*$/i,
};
/** No type whose values are names of the catalogue (regclass). */
const POSTGRES_SHAPE: Shape = {
  allowed: wordsOf(KINDS, FIELDS, POSTGRES),
  literals: new Set(["number", "string", "date", "time", "timestamp"]),
  types: /^(?:bpchar|citext|cidr|inet|macaddr|money|name|numeric|float[48]|int[248]|bool)$/i,
};
const shapeFor = (dialect: Dialect): Shape =>
  dialect === "postgres" ? POSTGRES_SHAPE : SQLITE_SHAPE;

/** What a statement holds besides queries, in a word or two; undefined when it is nothing. */
export function strangerIn(statement: SqlNode, dialect: Dialect): string | undefined {
  return isQuery(statement)
    ? strangerBelow(statement, shapeFor(dialect))
    : "something that is no SELECT";
}

function strangerBelow(value: SqlValue, shape: Shape): string | undefined {
  if (isList(value)) return firstOf(value, shape);
  if (!isNode(value)) return undefined;
  const from = bodyOf(value, "select");
  if (from !== undefined && !sourcesOf(from).every(isSource))
    return "something in FROM that is neither a table nor a query";
  const literal = bodyOf(value, "literal");
  if (literal !== undefined && !shape.literals.has(literal.literal_type))
    return "an unusual literal";
  const type = value.data_type === "custom" ? String(value.name) : "";
  if (type !== "" && !shape.types.test(type)) return "an unusual type";
  for (const [key, child] of Object.entries(value)) {
    if (isEmpty(child) || /(?:^|_)comments$/.test(key) || key === "span") continue;
    if (!shape.allowed.has(key)) return `"${key.replaceAll("_", " ")}"`;
    const stranger = strangerBelow(child, shape);
    if (stranger !== undefined) return stranger;
  }
  return undefined;
}

function firstOf(values: readonly SqlValue[], shape: Shape): string | undefined {
  for (const value of values) {
    const stranger = strangerBelow(value, shape);
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
