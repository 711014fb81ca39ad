/** Whether the role that the tool connects with may do more than read. */
import type { Session } from "../driver.ts";
import { openPostgresSession } from "./session.ts";

/** What the role could do beyond reading, a sentence each. */
export async function roleWarnings(session: Session): Promise<string[]> {
  const [[role, isSuper, writable]] = await session.rows(`
    SELECT current_user::text, (SELECT rolsuper::int FROM pg_roles WHERE rolname = current_user),
      (SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
         AND has_table_privilege(pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))`);
  const safer =
    "every statement runs in a read-only transaction, but a role that may only SELECT is safer";
  if (isSuper === 1n) return [`the role ${String(role)} is a superuser: ${safer}`];
  return writable === 0n
    ? []
    : [`the role ${String(role)} may write to ${String(writable)} tables: ${safer}`];
}

/** The same on a connection of its own. Raises UserError("database-unreachable"). */
export async function roleWarningsOn(url: string): Promise<string[]> {
  const session = await openPostgresSession(url);
  try {
    return await roleWarnings(session);
  } finally {
    await session.close();
  }
}
