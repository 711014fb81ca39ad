/** The dialects of SQL that the product reads and writes. */
export type Dialect = "sqlite" | "postgres" | "mysql" | "tsql" | "duckdb";
