/**
 * Functions that SQL from outside may call, in lower case. What is left out reaches beyond the rows of the database,
 * changes something, or makes much of little (zeroblob, randomblob).
 */
import type { Dialect } from "../sql/dialect.ts";

const SQLITE = `-> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh
  count cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value floor
  format glob group_concat hex if ifnull iif instr json json_array json_array_length json_extract json_group_array
  json_group_object json_object json_quote json_type json_valid julianday lag last_value lead length like likelihood
  likely ln log log10 log2 lower ltrim max median min mod nth_value ntile nullif octet_length percent_rank percentile
  percentile_cont percentile_disc pi pow power printf quote radians random rank replace round row_number rtrim sign sin
  sinh sqrt strftime string_agg substr substring sum tan tanh time timediff total trim trunc typeof unhex unicode
  unixepoch unlikely upper`;

/** What PostgreSQL has of these words that read nothing but their arguments, and the clock. */
const POSTGRES = `abs acos acosd acosh age any_value array_agg array_append array_cat array_length array_lower array_position
  array_remove array_replace array_to_string array_upper ascii asin asind asinh atan atan2 atan2d atand atanh avg bit_and bit_length
  bit_or bit_xor bool_and bool_or btrim cardinality cbrt ceil ceiling char_length character_length chr clock_timestamp
  coalesce concat concat_ws corr cos cosd cosh cot count covar_pop covar_samp cume_dist current_date current_time
  current_timestamp date date_bin date_part date_trunc degrees dense_rank div every exp extract factorial first_value
  floor format gcd generate_series generate_subscripts greatest grouping host initcap isfinite json_agg
  json_array_length json_build_array json_build_object json_extract_path json_extract_path_text json_object_agg
  json_typeof jsonb_agg jsonb_array_length jsonb_build_array jsonb_build_object jsonb_extract_path
  jsonb_extract_path_text jsonb_object_agg jsonb_typeof justify_days justify_hours justify_interval lag last_value
  lcm lead least left length ln localtime localtimestamp log log10 lower lpad ltrim make_date make_interval make_time make_timestamp
  make_timestamptz max md5 min mod mode now nth_value ntile nullif num_nulls num_nonnulls octet_length overlay
  percent_rank percentile_cont percentile_disc pi position pow power quote_ident quote_literal radians random rank regexp_count
  regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_substr
  regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right
  rollup cube round row row_number row_to_json rpad rtrim scale sign sin sind sinh split_part sqrt starts_with
  statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array strpos substr substring sum tan tand tanh
  timezone to_char to_date to_json to_jsonb to_number to_timestamp transaction_timestamp translate trim trim_scale trunc unnest
  upper var_pop var_samp variance width_bucket`;

/** For SQLite. Operators that SQLite calls as functions (`->`, LIKE) are among them. */
export const SQLITE_FUNCTIONS: ReadonlySet<string> = new Set(SQLITE.split(/\s+/));

/** For PostgreSQL. */
export const POSTGRES_FUNCTIONS: ReadonlySet<string> = new Set(POSTGRES.split(/\s+/)).add(
  "grouping sets",
);

/** What may be called in a dialect. */
export const functionsFor = (dialect: Dialect): ReadonlySet<string> =>
  dialect === "postgres" ? POSTGRES_FUNCTIONS : SQLITE_FUNCTIONS;
