// Reads the test runner's JSON and closes a run: names every skip, fails when no test ran or one was left out, and
// prints the count as the last line. Usage: summary.cjs RESULTS STATUS
"use strict";
const { readFileSync } = require("node:fs");

const [resultsFile, status] = process.argv.slice(2);
const results = JSON.parse(readFileSync(resultsFile, "utf8"));
const tests = results.testResults.flatMap((file) => file.assertionResults);
const count = (...states) => tests.filter((test) => states.includes(test.status)).length;
const [passed, failed, skipped] = [
  count("passed"),
  count("failed"),
  count("skipped", "pending", "todo", "disabled"),
];

for (const test of tests)
  if (!["passed", "failed"].includes(test.status)) console.log(`skipped: ${test.fullName}`);
if (passed + failed === 0) console.log("no test ran: that is a failure");
if (skipped > 0) console.log("here everything that a test needs is provided: a skip is a failure");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(
  Number(status) !== 0 || failed > 0 || skipped > 0 || passed === 0 || results.success === false
    ? 1
    : 0,
);
