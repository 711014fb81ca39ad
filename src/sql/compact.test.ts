import { expect, test } from "vitest";
import { compactSql } from "./compact.ts";

const TABLES = [
  { name: "Singer", columns: [{ name: "Id" }, { name: "Name" }, { name: "Age" }] },
  {
    name: "Song",
    columns: [{ name: "SongId" }, { name: "Id" }, { name: "Title" }, { name: "Year" }],
  },
  { name: "order", columns: [{ name: "Id" }, { name: "group" }] },
];
const compact = (sql: string) => compactSql(sql, "sqlite", TABLES);

test.each([
  ["select name from singer", "SELECT Name FROM Singer"],
  [
    "SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.id = T2.id WHERE T2.year > 3",
    "SELECT Name FROM Singer JOIN Song USING (Id) WHERE Year > 3",
  ],
  [
    "SELECT T1.id FROM singer T1 JOIN song T2 ON T1.id = T2.songid",
    "SELECT Singer.Id FROM Singer JOIN Song ON Singer.Id = SongId",
  ],
  [
    "SELECT a.name FROM singer a JOIN singer b ON a.age = b.id",
    "SELECT a.Name FROM Singer AS a JOIN Singer AS b ON a.Age = b.Id",
  ],
  [
    "SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer)",
    "SELECT Name FROM Singer WHERE Age > (SELECT AVG(Age) FROM Singer)",
  ],
  [
    "SELECT name FROM singer s WHERE age > (SELECT avg(age) FROM singer t WHERE t.id <> s.id)",
    "SELECT Name FROM Singer WHERE Age > (SELECT AVG(t.Age) FROM Singer AS t WHERE t.Id <> Singer.Id)",
  ],
  [
    "SELECT name FROM singer WHERE EXISTS (SELECT 1 FROM song WHERE song.id = singer.id)",
    "SELECT Name FROM Singer WHERE EXISTS(SELECT 1 FROM Song WHERE Song.Id = Singer.Id)",
  ],
  ['SELECT name FROM singer WHERE name = "Joe"', "SELECT Name FROM Singer WHERE Name = 'Joe'"],
  [
    "SELECT * FROM singer JOIN song ON singer.id = song.id",
    "SELECT * FROM Singer JOIN Song ON Singer.Id = Song.Id",
  ],
  [
    "SELECT name FROM singer WHERE id NOT IN (1) ORDER BY age ASC",
    "SELECT Name FROM Singer WHERE Id NOT IN (1) ORDER BY Age",
  ],
  [
    "SELECT name FROM singer WHERE name = 'NOT a IN ('",
    "SELECT Name FROM Singer WHERE Name = 'NOT a IN ('",
  ],
  ['SELECT "group" FROM "order"', 'SELECT "group" FROM "order"'],
  [
    "SELECT substr(name, 1, 2) FROM singer GROUP BY 1",
    "SELECT substr(Name, 1, 2) FROM Singer GROUP BY 1",
  ],
  ["SELECT missing FROM nowhere", "SELECT missing FROM nowhere"],
  ["SELECT s.* FROM singer s", "SELECT Singer.* FROM Singer"],
  [
    "SELECT (name) FROM singer WHERE ((age = 3) OR (age = 4)) AND (id != 5) -- some",
    "SELECT Name FROM Singer WHERE (Age = 3 OR Age = 4) AND Id <> 5",
  ],
  [
    "SELECT age FROM singer WHERE (age + 1) * 2 > ((3)) AND age IN ((4), (5))",
    "SELECT Age FROM Singer WHERE (Age + 1) * 2 > 3 AND Age IN (4, 5)",
  ],
  [
    "SELECT s.name FROM singer s, song g WHERE s.id = g.id AND g.year > 3",
    "SELECT Name FROM Singer JOIN Song USING (Id) WHERE Year > 3",
  ],
  [
    "SELECT s.name FROM singer s, song g WHERE g.year > 3 OR s.id = g.id",
    "SELECT Name FROM Singer CROSS JOIN Song WHERE Year > 3 OR Singer.Id = Song.Id",
  ],
  [
    "SELECT s.name FROM singer s LEFT OUTER JOIN song g ON s.id = g.id WHERE g.id IS NULL",
    "SELECT Name FROM Singer LEFT JOIN Song USING (Id) WHERE Song.Id IS NULL",
  ],
  [
    "SELECT s.id, count(g.id) FROM singer s LEFT JOIN song g ON s.id = g.id GROUP BY s.id",
    "SELECT Id, COUNT(Song.Id) FROM Singer LEFT JOIN Song USING (Id) GROUP BY Id",
  ],
  [
    'SELECT o.id FROM singer s LEFT JOIN song g ON s.id = g.id JOIN "order" o ON g.id = o.id',
    'SELECT "order".Id FROM Singer LEFT JOIN Song USING (Id) JOIN "order" ON Song.Id = "order".Id',
  ],
  [
    "SELECT a.id, b.id FROM singer a FULL JOIN song b ON a.id = b.id",
    "SELECT Singer.Id, Song.Id FROM Singer FULL JOIN Song ON Singer.Id = Song.Id",
  ],
  [
    "SELECT id, b.id FROM singer a FULL JOIN song b USING (id)",
    "SELECT Id, Song.Id FROM Singer FULL JOIN Song USING (id)",
  ],
])("%s", (sql, wanted) => expect(compact(sql)).toBe(wanted));

test("what is compact stays as it is", () => {
  const once = compact("SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.id = T2.id");
  expect(compact(once)).toBe(once);
});

test("T-SQL has no USING", () => {
  expect(compactSql("SELECT s.Name FROM Singer s JOIN Song g ON s.Id = g.Id", "tsql", TABLES)).toBe(
    "SELECT Name FROM Singer JOIN Song ON Singer.Id = Song.Id",
  );
});

test("text that is no statement is an error", () => {
  expect(() => compact("SELECT 1; SELECT 2")).toThrow(/2 statements/);
});
