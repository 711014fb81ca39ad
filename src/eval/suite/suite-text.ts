/** A suite as text for people. */
import { join } from "node:path";
import { terminalTable } from "../../report/terminal.ts";
import { type Suite, SUITE_FILE } from "./suite-file.ts";

const MAX_SURVIVORS = 5;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A table of the databases, one of the kinds of neighbours, and the first survivors. */
export function suiteText(suite: Suite, folder: string): string {
  const { dbId, golds, leftOut, killed, neighbours, survivors, provenEqual, seconds } = suite;
  const databases = suite.databases.map(({ file, rows, kills, seed }) => [
    file,
    rows.toLocaleString("en"),
    seed === null ? `${kills}` : `${kills} of ${neighbours - suite.databases[0].kills}`,
  ]);
  const kinds = Object.entries(suite.kinds)
    .sort(([, a], [, b]) => b.neighbours - a.neighbours)
    .map(([kind, { neighbours: all, killed: apart }]) => [
      kind,
      `${all}`,
      `${apart}`,
      percent(apart / all),
    ]);
  const listed = survivors
    .slice(0, MAX_SURVIVORS)
    .flatMap(({ gold, neighbour }) => [`  gold       ${gold}`, `  neighbour  ${neighbour}`]);
  return [
    `${dbId}: ${golds} golds${leftOut.length > 0 ? ` (${leftOut.length} left out)` : ""}, ${killed} of ${neighbours} neighbours told apart (${percent(suite.killShare)}; by ${suite.databases[0].file} alone ${percent(suite.sourceKillShare)}), ${suite.databases.length} databases, ${seconds.toFixed(0)} s`,
    terminalTable(["database", "rows", "tells apart"], databases, [1, 2]),
    terminalTable(["difference", "neighbours", "told apart", "share"], kinds, [1, 2, 3]),
    `${survivors.length} not told apart, ${provenEqual.length} proven equal: listed in ${join(folder, SUITE_FILE)}`,
    ...(listed.length > 0 ? [`The first ${listed.length / 2}:`, ...listed] : []),
  ].join("\n");
}
