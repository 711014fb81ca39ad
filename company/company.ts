/** The bundled company, as the demo needs it: its database, notes and pairs. The only door from src/ into this folder. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildCompany } from "./build.ts";

export type BundledCompany = {
  readonly dbId: string;
  readonly title: string;
  /** Writes the SQLite file; see build.ts. */
  readonly buildDatabase: (path: string) => void;
  /** YAML: `knowledge`, the sentences for the prompt. */
  readonly notesFile: string;
  /** Absolute paths of JSON lines; pairs/README.md describes them. */
  readonly pairFiles: {
    readonly train: readonly string[];
    readonly dev: string;
    readonly test: string;
  };
  /** SPDX. */
  readonly pairLicence: string;
  /** Questions to show beside an empty box; none of them is a test question. */
  readonly sampleQuestions: readonly string[];
};

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const company: BundledCompany = {
  dbId: "company",
  title: "A construction and service business",
  buildDatabase: buildCompany,
  notesFile: at("notes.yaml"),
  pairFiles: {
    train: readdirSync(at("pairs"))
      .filter((name) => /^train-.*\.jsonl$/.test(name))
      .sort()
      .map((name) => at(`pairs/${name}`)),
    dev: at("pairs/dev.jsonl"),
    test: at("pairs/test.jsonl"),
  },
  pairLicence: "Apache-2.0",
  sampleQuestions: [
    "how much money is overdue from customers right now",
    "Which three months had the highest invoicing? Month and invoiced amount.",
    "headcount by craft in company 1, current people only",
    "Names of customers without any job",
    "Which trucks need new tires?",
  ],
};
