import { expect, test } from "vitest";
import { joinedTables } from "./joins.ts";

const table = (name: string, columns: string) => ({
  name,
  columns: columns.split(" ").map((column) => ({ name: column })),
});
const tables = [
  table("Customer", "Grp No Name"),
  table("Job", "Co Job Grp No"),
  table("Cost", "Co Job Amount"),
];

/** `table.column` in their classes, as text. */
function classesOf(sql: string): string[] {
  const joined = joinedTables(sql, "sqlite", tables).flatMap(({ table: name, classes }) =>
    [...classes].map(([column, one]) => ({ one, name: `${name}.${column}` })),
  );
  return [...Map.groupBy(joined, ({ one }) => one).values()].map((group) =>
    group.map(({ name }) => name).join(" = "),
  );
}

test.each([
  ["SELECT Name FROM Customer WHERE No = 3", []],
  [
    "SELECT * FROM Job JOIN Customer USING (Grp, No)",
    ["Job.grp = Customer.grp", "Job.no = Customer.no"],
  ],
  [
    "SELECT 1 FROM Job j JOIN Customer c ON j.Grp = c.Grp AND j.No = c.No",
    ["Job.grp = Customer.grp", "Job.no = Customer.no"],
  ],
  ["SELECT 1 FROM Job, Customer WHERE Job.No = Customer.No", ["Job.no = Customer.no"]],
  ["SELECT 1 FROM Job NATURAL JOIN Cost", ["Job.co = Cost.co", "Job.job = Cost.job"]],
  ["SELECT Name FROM Customer WHERE No NOT IN (SELECT No FROM Job)", ["Customer.no = Job.no"]],
  [
    "SELECT 1 FROM Customer c WHERE EXISTS (SELECT 1 FROM Job j WHERE j.No = c.No)",
    ["Job.no = Customer.no"],
  ],
  ["SELECT 1 FROM Cost a JOIN Cost b ON a.Co = b.Co", ["Cost.co = Cost.co"]],
  ["not SQL (", []],
] as const)("%s", (sql, classes) => {
  expect(classesOf(sql)).toEqual(classes);
});

test("equality is followed through", () => {
  expect(
    classesOf("SELECT 1 FROM Job a JOIN Cost b ON a.Co = b.Co JOIN Job c ON c.Co = b.Co"),
  ).toEqual(["Job.co = Cost.co = Job.co"]);
  expect(
    classesOf(
      "SELECT 1 FROM Job a, Job c, Cost b, Customer d WHERE a.Co = b.Co AND c.Co = d.No AND b.Co = c.Co",
    ),
  ).toEqual(["Job.co = Cost.co = Job.co = Customer.no"]);
});
