/** `t2s data versions`: which contents data/raw and data/clean have had; saves what stands there now. */
import type { Command } from "commander";
import type { Version } from "../../../data/versions/versions.ts";
import { versionsIn } from "../../../data/versions/versions.ts";
import { saveVersions } from "../../../pipeline/versions/save.ts";
import { terminalTable } from "../../../report/terminal.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

export function registerVersions(data: Command): void {
  data
    .command("versions")
    .description(
      "Lists the versions of data/raw and data/clean: name, hash, date, pairs, parent, what made it. What is not saved yet is saved first, in DVC's form.",
    )
    .addHelpText("after", "\nExamples:\n  t2s data versions\n  t2s data versions --json")
    .action(async (_options: unknown, self: Command) => {
      const io = ioOf(self);
      const { log, created, current } = await saveVersions(contextOf(io));
      const now = new Set([current.raw?.name, current.cleaned?.name]);
      const versions = versionsIn(log).map(({ stage: _stage, ...version }) => ({
        ...version,
        current: now.has(version.name),
      }));
      const saved = created.map(({ name }) => name);
      io.result(
        { versions, saved },
        versions.length === 0
          ? "there are no pairs yet: run `t2s data generate`"
          : terminalTable(
              ["", "version", "hash", "made", "pairs", "train/dev/test", "parent", "by"],
              versions.map((version) => rowOf(version, version.current)),
              [4],
            ),
      );
    });
}

/** Of what made a version; --json has all. */
const MOST_LETTERS = 60;

const rowOf = (version: Version, isCurrent: boolean): string[] => [
  isCurrent ? "*" : "",
  version.name,
  version.hash.slice(0, 12),
  version.at.slice(0, 16).replace("T", " "),
  String(version.n),
  version.splits ? Object.values(version.splits).join("/") : "",
  version.parent ?? "",
  version.madeBy.length > MOST_LETTERS
    ? `${version.madeBy.slice(0, MOST_LETTERS)}…`
    : version.madeBy,
];
