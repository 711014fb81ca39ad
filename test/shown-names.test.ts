/** The names that a model is shown are the same in its prompt, in the SQL it is trained on and in its grammar, and the SQL runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createExecutor } from "../src/db/executor.ts";
import { createDecoding } from "../src/predict/decoding.ts";
import { introspect } from "../src/schema/introspect.ts";
import { defaultSchemaForm, renderSchema } from "../src/schema/render.ts";
import { withShownNames } from "../src/schema/shown-names.ts";
import { trainingStyle } from "../src/sql/training-style.ts";
import { buildDatabase } from "./fixtures/shop.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-shown-names-"));
const file = buildDatabase(
  join(folder, "hr.sqlite"),
  `CREATE TABLE "DEPT" (DEPT_CODE TEXT PRIMARY KEY, "DEPT NAME" TEXT);
   CREATE TABLE EMPLOYEE (EMP_NUM INTEGER PRIMARY KEY, DEPT_CODE TEXT REFERENCES DEPT(DEPT_CODE));
   INSERT INTO DEPT VALUES ('ACCT', 'Accounting'); INSERT INTO EMPLOYEE VALUES (1, 'ACCT');`,
);
const { database } = introspect(file, { dbId: "hr" });
const executor = createExecutor({ workers: 1 });
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

test("prompt, training SQL and grammar show a table in capitals in small letters", async () => {
  expect(renderSchema(database, defaultSchemaForm, () => 0).text).toContain(
    "employee: emp_num | dept_code",
  );
  const written =
    "SELECT E.EMP_NUM FROM EMPLOYEE E JOIN DEPT D ON D.DEPT_CODE = E.DEPT_CODE WHERE D.\"DEPT NAME\" = 'Accounting'";
  const { sql, unstyled } = trainingStyle(written, "sqlite", withShownNames(database).tables);
  expect(unstyled).toBeUndefined();
  expect(sql).toBe(
    "SELECT emp_num FROM employee JOIN dept USING (dept_code) WHERE \"dept name\" = 'Accounting'",
  );
  const { constraints, finish, hasKnownNames } = createDecoding(database, {
    decode: "grammar",
    bind: "schema",
    complete: "none",
  });
  for (const { start, advance, mayEnd } of constraints) {
    const end = advance(start, sql);
    expect(end && mayEnd(end)).toBe(true);
  }
  const finished = finish("", sql);
  expect(hasKnownNames(finished)).toBe(true);
  expect(await executor.run(file, finished)).toMatchObject({ ok: true, rows: [[1n]] });
});
