/** `npm run size`: lines per folder of src/ and the ten longest files, so that growth is seen. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { terminalTable } from "../src/report/terminal.ts";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({
    file,
    folder: file.includes("/") ? file.slice(0, file.indexOf("/")) : ".",
    isTest: file.endsWith(".test.ts"),
    lines: readFileSync(join("src", file), "utf8").split("\n").length - 1,
  }));
const sum = (list: typeof files) => list.reduce((total, { lines }) => total + lines, 0);

const folders = [...Map.groupBy(files, ({ folder }) => folder)].sort(([a], [b]) =>
  a.localeCompare(b),
);
const rows = folders.map(([folder, list]) => [
  folder,
  String(list.filter((file) => !file.isTest).length),
  String(sum(list.filter((file) => !file.isTest))),
  String(sum(list.filter((file) => file.isTest))),
]);
const total = [
  "all",
  String(files.filter((file) => !file.isTest).length),
  String(sum(files.filter((file) => !file.isTest))),
  String(sum(files.filter((file) => file.isTest))),
];
console.log(terminalTable(["folder", "files", "lines", "test lines"], [...rows, total], [1, 2, 3]));

const longest = files
  .filter((file) => !file.isTest)
  .sort((a, b) => b.lines - a.lines)
  .slice(0, 10);
console.log(
  `\n${terminalTable(
    ["longest files", "lines"],
    longest.map(({ file, lines }) => [file, String(lines)]),
    [1],
  )}`,
);
