// Reads the test runner's JSON and closes a run: names every skip, fails when no test ran or one was left out that this
// machine could run, and prints the count as the last line. Usage: summary.cjs RESULTS STATUS
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

// The one thing that cannot be installed: x86's instruction that adds products of bytes without overflow.
const lacksVnni = !readFileSync("/proc/cpuinfo", "utf8").includes("vnni");
const ofProcessor = (test) => lacksVnni && test.fullName.includes("(need a processor");
const leftOut = tests.filter((test) => !["passed", "failed"].includes(test.status));
for (const test of leftOut)
  console.log(
    `skipped: ${test.fullName}${ofProcessor(test) ? ": this processor has no VNNI" : ""}`,
  );
const isAllAllowed = leftOut.every(ofProcessor);
if (passed + failed === 0) console.log("no test ran: that is a failure");
if (!isAllAllowed)
  console.log("here everything else that a test needs is provided: a skip is a failure");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(
  Number(status) !== 0 || failed > 0 || !isAllAllowed || passed === 0 || results.success === false
    ? 1
    : 0,
);
