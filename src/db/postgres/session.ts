/** A connection to a PostgreSQL server for our own statements: introspection, samples, cells. It reads. */
import { UserError } from "../../base/errors.ts";
import { type Session, usualLimits } from "../driver.ts";
import { connect, runStatement } from "./connection.ts";
import { readPostgresUrl } from "./url.ts";

const STATEMENT_MS = 10_000;

/** Raises UserError("database-unreachable"), also for a statement that fails later on. */
export async function openPostgresSession(database: string): Promise<Session> {
  const client = await connect(database);
  await client.query(`SET statement_timeout TO ${STATEMENT_MS}`);
  const limits = { ...usualLimits, timeoutMs: STATEMENT_MS };
  return {
    async rows(sql, parameters = []) {
      const { result } = await runStatement(client, sql, limits, {
        values: parameters.map(String),
      });
      if (result.ok) return result.rows.map((row) => [...row]);
      throw new UserError(
        "database-unreachable",
        `${readPostgresUrl(database).shown}: ${result.message}`,
      );
    },
    close: () => client.end(),
  };
}
