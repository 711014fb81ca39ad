/** What a column holds, guessed from the words of its name, its table and its type. Knows no value. */
import type { DdlColumn, DdlTable } from "../ddl/ddl.ts";
import { type Family, familyOf, typeArguments } from "../ddl/types.ts";
import { COMPANIES, PEOPLE, VALUE_LISTS, WORKS } from "./vocabulary.ts";
import { entityOf, singular, wordsOf } from "./words.ts";

export type Meaning =
  | "email"
  | "phone"
  | "url"
  | "path"
  | "firstName"
  | "lastName"
  | "middleName"
  | "salutation"
  | "fullName"
  | "login"
  | "hash"
  | "iban"
  | "ip"
  | "uuid"
  | "country"
  | "city"
  | "region"
  | "postal"
  | "street"
  | "secondLine"
  | "currency"
  | "text"
  | "company"
  | "workTitle"
  | "productName"
  | "thingName"
  | "code"
  | "choice"
  | "flag"
  | "date"
  | "time"
  | "year"
  | "money"
  | "number"
  | "counter"
  | "json"
  | "xml"
  | "blob"
  | "point"
  | "interval";

export type Guess = {
  readonly meaning: Meaning;
  readonly family: Family;
  readonly words: readonly string[];
  /** What a row, or the thing that the column names, is called. */
  readonly entity: readonly string[];
  /** Greatest length of a text. */
  readonly length: number;
  readonly precision?: number;
  readonly scale: number;
  /** For numbers: from, to, and how much more the small ones come. */
  readonly range?: readonly [number, number, number];
  /** For money: the amount in the middle. */
  readonly median?: number;
  /** For a choice: the most frequent first. */
  readonly choices?: readonly string[];
  /** For a date: how late in the life of a row. */
  readonly rank?: DateRank;
};

export type DateRank = "birth" | "start" | "step" | "due" | "end" | "change";

/** Everything that can be said about a column before any row is made. */
export function guess(column: DdlColumn, table: DdlTable): Guess {
  const words = wordsOf(column.name);
  const family = familyOf(column.type) ?? familyByName(words);
  const [first, second] = typeArguments(column.type);
  const isWhole =
    family === "integer" || (family === "decimal" && first !== undefined && second === undefined);
  const isMoneyType = /money/i.test(column.type);
  const base = {
    family,
    words,
    entity: namedEntity(words, table),
    length:
      family === "text" ? (first ?? (/^(n?char|character)$/i.test(column.type) ? 1 : 200)) : 200,
    scale: isWhole ? 0 : (second ?? (family === "real" || isMoneyType ? 2 : 2)),
    ...(first !== undefined && family !== "text" && { precision: first }),
  };
  return { ...base, ...meaningOf(column, table, base) };
}

/** A column without a type, or of one that is not known, is what its name says; text else. */
function familyByName(words: readonly string[]): Family {
  if (FLAG.test(words.join(" "))) return "boolean";
  const last = words.at(-1) ?? "";
  if (/^(date|day)$/.test(last)) return "date";
  if (/^(amount|price|total|cost|share|rate|percent)$/.test(last)) return "decimal";
  return /^(id|number|count|quantity|year|age)$/.test(last) ? "integer" : "text";
}

/** "department_name" names departments; "name" names what the table holds. */
function namedEntity(words: readonly string[], table: DdlTable): string[] {
  const before = words.filter(
    (word) => word.length > 1 && !/^(name|title|label|code|number|id|key|designation)$/.test(word),
  );
  return before.length > 0
    ? [...before.slice(0, -1), singular(before[before.length - 1])]
    : entityOf(table.name);
}

type Base = Pick<Guess, "family" | "words" | "entity" | "length" | "scale" | "precision">;
type Found = Pick<Guess, "meaning"> & Partial<Guess>;

function meaningOf(column: DdlColumn, table: DdlTable, base: Base): Found {
  const { family } = base;
  if (family === "date" || family === "datetime")
    return { meaning: "date", rank: rankOf(base.words) };
  if (family === "integer" || family === "decimal" || family === "real")
    return numberMeaning(column, base);
  if (family === "text") return textMeaning(table, base);
  return { meaning: OTHER_FAMILIES[family] };
}

const OTHER_FAMILIES: Readonly<
  Record<Exclude<Family, "date" | "datetime" | "integer" | "decimal" | "real" | "text">, Meaning>
> = {
  time: "time",
  year: "year",
  boolean: "flag",
  uuid: "uuid",
  json: "json",
  xml: "xml",
  blob: "blob",
  address: "ip",
  place: "point",
  interval: "interval",
};

const FLAG =
  /^(is|has|can|was|should|allow) |\b(flag|active|enabled|deleted|indicator|yn|locked|valid|visible)$/;
const DATED = /\bdate\b|\btimestamp\b|\b\w+ed (on|at)$|\b(start|end|expiry) (on|at)$/;
const NOT_DATED = /\b(id|key|number|name|type|format|count|code)$/;

const TEXTS: readonly (readonly [RegExp, Meaning])[] = [
  [/\be ?mail\b|\bmail$/, "email"],
  [/\b(phone|fax|mobile|cell)\b|phone$/, "phone"],
  [/\b(url|uri|website|web|homepage|link)\b/, "url"],
  [/\b(file|path|folder|logo|photo|image|picture|thumbnail|attachment)\b|file ?name/, "path"],
  [/\b(first|given|fore) ?name\b/, "firstName"],
  [/\b(last|family|sur) ?name\b/, "lastName"],
  [/\bmiddle\b/, "middleName"],
  [/\b(salutation|courtesy|honorific|suffix)\b/, "salutation"],
  [/\b(user ?name|login|nick ?name|handle|screen name|user)$/, "login"],
  [/\b(hash|password|salt|token|secret|checksum|md5|signature)\b/, "hash"],
  [/\biban\b/, "iban"],
  [/\bip\b/, "ip"],
  [/guid$|\buuid\b/, "uuid"],
  [/\b(country|nation)\b/, "country"],
  [/\b(address|street|line)\b.*\b[23]\b/, "secondLine"],
  [/\b(zip|postal|postcode)\b|\bpost code\b/, "postal"],
  [
    /\b(city|town|municipality|birthplace|hometown|destination|origin|headquarters?|venue)\b/,
    "city",
  ],
  [/\b(state|province|county)\b|\bregion\b/, "region"],
  [/\b(street|address)\b/, "street"],
  [/\b(location|place)$/, "city"],
  [/\bcurrency\b/, "currency"],
  [
    /\b(description|notes?|comments?|remarks?|text|message|details?|summary|memo|body|content|abstract|instructions?|bio|review|reason|explanation)$/,
    "text",
  ],
  [/\b(full|display|person|contact|legal) name$|\bcontact$|\b(by|who)$/, "fullName"],
];

function textMeaning(table: DdlTable, { words, entity, length }: Base): Found {
  const joined = words.join(" ");
  if (FLAG.test(joined) && length <= 3) return { meaning: "flag" };
  if (DATED.test(joined) && !NOT_DATED.test(joined) && length >= 8)
    return { meaning: "date", rank: rankOf(words) };
  const found = TEXTS.find(([pattern]) => pattern.test(joined))?.[1];
  if (found === "region" && !hasPlace(table) && /\bstate\b/.test(joined))
    return choiceOf(["state"], length);
  if (found !== undefined) return { meaning: found };
  const last = words.at(-1) ?? "";
  if (
    /^(code|number|sku|serial|reference|barcode|isbn|ssn|license|plate|identifier|id|key|symbol|abbreviation|policy|registration|ticket)$/.test(
      last,
    )
  )
    return listedCode(words, length) ?? { meaning: "code" };
  return nameMeaning(table, words, entity, length) ?? choiceOf(words, length);
}

/** A status code is one of few; other codes are a row's own. */
const listedCode = (words: readonly string[], length: number): Found | undefined =>
  words.at(-1) === "code" &&
  words.some((word) =>
    /^(status|state|type|category|class|priority|gender|language|reason|unit)$/.test(word),
  )
    ? choiceOf(words, Math.min(length, 1))
    : undefined;

const hasPlace = ({ columns }: DdlTable): boolean =>
  columns.some(({ name }) =>
    wordsOf(name).some((word) => /^(city|country|zip|street|address|population|area)$/.test(word)),
  );

/** Columns that name something: the row itself, or what the words before "name" say. */
function nameMeaning(
  table: DdlTable,
  words: readonly string[],
  entity: readonly string[],
  length: number,
): Found | undefined {
  const last = words.at(-1) ?? "";
  const isTitle = last === "title";
  const isNamed = isTitle || /^(name|label|designation|model)$/.test(last);
  const thing = singular(isNamed ? (entity.at(-1) ?? "") : last);
  if (isTitle && PEOPLE.has(entityOf(table.name).at(-1) ?? "")) return choiceOf(["job"], length);
  if (isTitle && !WORKS.has(thing) && words.length > 1 && VALUE_LISTS[thing])
    return choiceOf([thing], length);
  if (isTitle) return { meaning: "workTitle" };
  if (COMPANIES.has(thing)) return { meaning: "company" };
  if (PEOPLE.has(thing)) return { meaning: isCompanyTable(table, thing) ? "company" : "fullName" };
  if (WORKS.has(thing)) return { meaning: "workTitle" };
  if (/^(product|item|article|part|goods|equipment|asset|component|machine|tool)$/.test(thing))
    return { meaning: isNamed ? "productName" : "code" };
  if (!isNamed) return undefined;
  if (/^(city|town)$/.test(thing)) return { meaning: "city" };
  if (thing === "country") return { meaning: "country" };
  const listed = entity.findLast((word) => Object.hasOwn(VALUE_LISTS, word));
  return { meaning: "thingName", ...(listed !== undefined && { choices: VALUE_LISTS[listed] }) };
}

/** Customers that have a contact are companies. */
const isCompanyTable = ({ columns }: DdlTable, thing: string): boolean =>
  /^(customer|client|contact)$/.test(thing) &&
  columns.some(({ name }) => wordsOf(name).some((word) => /^(contact|vat|company)$/.test(word)));

function choiceOf(words: readonly string[], length: number): Found {
  const listed = words.findLast((word) => Object.hasOwn(VALUE_LISTS, singular(word)));
  const values = VALUE_LISTS[singular(listed ?? "type")];
  return { meaning: "choice", choices: shortened(values, length) };
}

/** Values that fit: as they are, else by their first letters as long as these differ. */
function shortened(values: readonly string[], length: number): readonly string[] {
  if (values.every((value) => value.length <= length)) return values;
  const short = values.map((value) => value.slice(0, length).toUpperCase().trim());
  return [...new Set(short)];
}

const MONEY_MEDIANS: readonly (readonly [RegExp, number])[] = [
  [/\b(salary|income|wage)\b/, 48_000],
  [/\b(budget|revenue|turnover|capital|funding|worth|sales|profit|assets|market value)\b/, 180_000],
  [/\b(limit)\b/, 5000],
  [/\b(balance)\b/, 900],
  [
    /\b(total|subtotal|amount|payment|paid|due|value|invoice|debit|credit|cost|expense|charge|bill)\b/,
    320,
  ],
  [/\b(price|rate|fare|rent)\b/, 35],
  [/\b(tax|fee|freight|shipping|tip|fine|discount|deposit|premium|bonus|commission)\b/, 24],
];

const RANGES: readonly (readonly [RegExp, readonly [number, number, number]])[] = [
  [/\b(percent|percentage)\b/, [0, 100, 1.2]],
  [/\b(discount|tax rate|interest|share|ratio|probability|margin)\b/, [0, 0.3, 1.5]],
  [/\b(age)\b/, [18, 85, 1.2]],
  [/\b(latitude)\b/, [35, 60, 1]],
  [/\b(longitude)\b/, [-10, 30, 1]],
  [/\b(rating|stars?)\b/, [1, 5, 0.6]],
  [/\b(score|points?|grade|mark)\b/, [0, 100, 0.7]],
  [/\b(gpa)\b/, [1, 4, 0.8]],
  [/\b(priority|level|severity|rank|position|tier)\b/, [1, 5, 1.3]],
  [/\b(quarter)\b/, [1, 4, 1]],
  [/\b(month)\b/, [1, 12, 1]],
  [/\b(week)\b/, [1, 52, 1]],
  [/\b(day of month|day)$/, [1, 28, 1]],
  [/\b(hour)$/, [0, 23, 1]],
  [/\b(hours)\b/, [1, 40, 1.5]],
  [/\b(minutes?|duration)\b/, [5, 240, 1.6]],
  [/\b(milliseconds?|ms)\b/, [1000, 400_000, 1.5]],
  [/\b(seconds?)\b/, [1, 3600, 1.8]],
  [/\b(days)\b/, [1, 90, 1.8]],
  [/\b(bytes|size)\b/, [100, 5_000_000, 3]],
  [/\b(population)\b/, [2000, 9_000_000, 3]],
  [/\b(area)\b/, [10, 90_000, 2.5]],
  [/\b(height)\b/, [120, 205, 1]],
  [/\b(weight|kg|mass)\b/, [1, 110, 1.6]],
  [/\b(distance|mileage|miles|km|length|width|depth)\b/, [1, 900, 1.8]],
  [/\b(temperature)\b/, [-5, 38, 1]],
  [/\b(capacity|seats|attendance)\b/, [10, 900, 2]],
  [/\b(stock|hand|inventory|reorder)\b/, [0, 500, 1.5]],
  [/\b(quantity|count|units?|pieces|number of|items?)\b/, [1, 60, 2.2]],
  [/\b(status|state|type|kind|category|class|group|code|stage)\b/, [1, 5, 1.8]],
  [/\b(version|revision)\b/, [1, 9, 2]],
  [/\b(line|sequence|order|sort|index|step)\b/, [1, 20, 1.3]],
];

function numberMeaning({ name }: DdlColumn, { words, family, scale, precision }: Base): Found {
  const joined = words.join(" ");
  const isWhole = family === "integer" || scale === 0;
  if (isWhole && (FLAG.test(joined) || /^(is|has)[A-Z_]/.test(name))) return { meaning: "flag" };
  if (DATED.test(joined) && !NOT_DATED.test(joined))
    return { meaning: "date", rank: rankOf(words) };
  if (/\b(year)\b/.test(joined) && !/\b(years|per year)\b/.test(joined)) return { meaning: "year" };
  if (isWhole && /\b(phone|fax|mobile)\b/.test(joined)) return { meaning: "phone" };
  if (isWhole && /\b(id|key|number|zip|account|reference|document)$/.test(joined))
    return { meaning: "counter" };
  const range = RANGES.find(([pattern]) => pattern.test(joined))?.[1];
  const median = MONEY_MEDIANS.find(([pattern]) => pattern.test(joined))?.[1];
  const isRate =
    range !== undefined &&
    /\b(percent|rate|hours|days|units?|quantity|count)\b|\bdiscount$/.test(joined);
  if (median !== undefined && !isRate) return { meaning: "money", median };
  if (range !== undefined) return { meaning: "number", range: wholeRange(range, isWhole) };
  const top =
    precision === undefined || precision - scale > 3
      ? 1000
      : 10 ** Math.max(0, precision - scale) - 1;
  return isWhole
    ? { meaning: "number", range: [0, 100, 1.6] }
    : { meaning: "number", range: [0, Math.max(0.9, Math.min(top, 500)), 1.8] };
}

/** A share as a whole number is a percentage. */
const wholeRange = (
  [low, high, skew]: readonly [number, number, number],
  isWhole: boolean,
): readonly [number, number, number] => (isWhole && high <= 1 ? [0, 30, skew] : [low, high, skew]);

function rankOf(words: readonly string[]): DateRank {
  const joined = words.join(" ");
  if (/\bbirth|\bborn\b|\bbirthday\b/.test(joined)) return "birth";
  if (/\b(modified|updated|changed|last|edited|refreshed)\b/.test(joined)) return "change";
  if (/\b(due|required|expected|promised|planned|target|deadline|estimated)\b/.test(joined))
    return "due";
  if (
    /\b(ends?|ended|to|until|thru|through|finish|finished|closed?|completed?|return(ed)?|left|resigned|terminat\w*|expir\w*|discharged?|gone|sold|cancel\w*|paid|payment|delet\w*|resolved|retired|discontinued|departure|checkout|out|death|died|departed)\b/.test(
      joined,
    )
  )
    return "end";
  if (
    /\b(ship\w*|deliver\w*|arriv\w*|received|sent|approved|confirmed|verified|processed|dispatched|reviewed)\b/.test(
      joined,
    )
  )
    return "step";
  return "start";
}
