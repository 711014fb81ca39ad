/** `t2s data checkout`: data/clean and data/raw as a version has them. */
import type { Command } from "commander";
import { checkoutVersion } from "../../../pipeline/versions/checkout.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

export function registerCheckout(data: Command): void {
  data
    .command("checkout")
    .description(
      "Puts a version of the pairs back: data/clean with the data/raw that it was made from, or data/raw alone. What stood there becomes a version first.",
    )
    .argument("<version>", "its name or number (v2), or the beginning of its hash")
    .addHelpText("after", "\nExamples:\n  t2s data checkout v2\n  t2s data checkout 3f9a12 --json")
    .action(async (wanted: string, _options: unknown, self: Command) => {
      const io = ioOf(self);
      const { restored, saved, reasons } = await checkoutVersion(contextOf(io), wanted);
      const names = (versions: typeof restored) => versions.map(({ name }) => name);
      const again = Object.entries(reasons).flatMap(([stage, reason]) =>
        reason === null ? [] : `\`t2s run ${stage}\` would make the pairs anew: ${reason}`,
      );
      io.result(
        { restored: names(restored), saved: names(saved), reasons },
        [
          `restored ${names(restored).join(" and ")}`,
          ...names(saved).map((name) => `what stood there is ${name}`),
          ...again,
        ].join("\n"),
      );
    });
}
