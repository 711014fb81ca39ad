import { expect, test } from "vitest";
import { databaseOfDdl } from "../schema/given.ts";
import { createCredibility } from "./credibility.ts";

const { tables } = databaseOfDdl(`
  CREATE TABLE service_ticket (id INTEGER PRIMARY KEY, opened TEXT);
  CREATE TABLE vehicle (id INTEGER PRIMARY KEY, plate TEXT);`);
const isCredible = createCredibility(tables);

test.each([
  ["no table of vehicles", false],
  ["No table of vehicle ", false],
  ["no table of service tickets", false],
  ["no table of trucks", true],
  ["no table of tickets", true],
  ["no column for vehicles", true],
  ["this would change data", true],
])("%s: %s", (refusal, credible) => expect(isCredible(refusal)).toBe(credible));
