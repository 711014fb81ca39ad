/** What a server's errors (SQLSTATE, postgresql.org/docs/15/errcodes-appendix.html) mean for a run. */
import type { RunFailure } from "../run-result.ts";

const REASONS: Readonly<Record<string, RunFailure>> = {
  "57014": "timeout", // query_canceled
  "55P03": "timeout", // lock_not_available
  "25006": "not-readonly", // read_only_sql_transaction
  "08P01": "unbound-parameter", // protocol_violation: Bind supplies fewer values than the statement has
  "53100": "too-large", // disk_full
  "53200": "too-large", // out_of_memory
  "53400": "too-large", // configuration_limit_exceeded, such as temp_file_limit
  "57P01": "unreachable", // admin_shutdown
  "57P02": "unreachable", // crash_shutdown
  "57P03": "unreachable", // cannot_connect_now
  "25P03": "unreachable", // idle_in_transaction_session_timeout
};

export function reasonOf(sqlState: string | undefined, message: string): RunFailure {
  if (sqlState === "42601" && message.includes("multiple commands")) return "multi-statement";
  if (sqlState?.startsWith("54")) return "too-large"; // program_limit_exceeded
  return REASONS[sqlState ?? ""] ?? "exec-error";
}
