/**
 * The URL of a PostgreSQL database: `postgres://role@host:5432/name`, as every PostgreSQL program reads it, and two things
 * of ours. `?schemas=sales,public` names the schemas whose tables are spoken of without a qualifier (else "public"), in
 * the order in which a name is looked up. `${NAME}` anywhere stands for an environment variable, so that a file can hold
 * the URL and no password. Without a password the client takes PGPASSWORD or ~/.pgpass.
 */
import { UserError } from "../../base/errors.ts";

export type PostgresUrl = {
  /** For the client, with its password. */
  readonly connectionString: string;
  /** For messages, without password and options. */
  readonly shown: string;
  readonly schemas: readonly string[];
  /** The database's name. */
  readonly name: string;
};

const OUR_OPTION = "schemas";

/** Raises UserError("config-invalid") for what is no URL or names a variable that is not set. */
export function readPostgresUrl(text: string): PostgresUrl {
  const url = parsed(
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => encodeURIComponent(variable(name))),
  );
  const schemas = (url.searchParams.get(OUR_OPTION) ?? "public").split(",").filter(Boolean);
  url.searchParams.delete(OUR_OPTION);
  const name = decodeURIComponent(url.pathname.slice(1));
  if (name === "")
    throw new UserError(
      "config-invalid",
      `the URL of the database names none; postgres://ROLE@HOST:5432/NAME is wanted`,
    );
  const shown = new URL(url);
  shown.password = "";
  shown.search = "";
  return { connectionString: url.href, shown: shown.href, schemas, name };
}

/** The URL as it may stand in a file: a password is left out unless it is a variable's name. */
export const withoutPassword = (text: string): string =>
  text
    .replace(/^(\w+:\/\/[^:@/?#]*):(?!\$\{\w+\}@)[^/?#]*@/, "$1@")
    .replace(/([?&])password=(?!\$\{\w+\}(?:&|$))[^&#]*&?/, "$1")
    .replace(/[?&]$/, "");

/** The password that stands in a URL; empty when there is none. */
export function passwordIn(text: string): string {
  const { password, searchParams } = parsed(text);
  return decodeURIComponent(password) || (searchParams.get("password") ?? "");
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    // the text may hold a password
    throw new UserError(
      "config-invalid",
      "the URL of the database cannot be read; postgres://ROLE@HOST:5432/NAME is wanted, with special characters of a password as %XX",
      { cause },
    );
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new UserError(
    "config-invalid",
    `the URL of the database names \${${name}}, which is not set in the environment`,
  );
}
