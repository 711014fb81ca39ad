/**
 * Names of tables and columns → words: camelCase, snake_case and the abbreviations that databases share. Knows no
 * particular database.
 */

/** Lower-case pieces of names → what they stand for. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  acct: "account",
  addr: "address",
  amt: "amount",
  appt: "appointment",
  avg: "average",
  bal: "balance",
  bldg: "building",
  cd: "code",
  chk: "check",
  cnt: "count",
  co: "company",
  cntry: "country",
  curr: "currency",
  cust: "customer",
  dept: "department",
  desc: "description",
  descr: "description",
  dest: "destination",
  disc: "discount",
  dob: "date of birth",
  doc: "document",
  dt: "date",
  eff: "effective",
  emp: "employee",
  est: "estimated",
  exp: "expiration",
  fname: "first name",
  freq: "frequency",
  grp: "group",
  hrly: "hourly",
  hrs: "hours",
  ins: "insurance",
  inv: "invoice",
  lang: "language",
  lat: "latitude",
  lname: "last name",
  lng: "longitude",
  loc: "location",
  lvl: "level",
  maint: "maintenance",
  mfr: "manufacturer",
  mgr: "manager",
  mkt: "market",
  msg: "message",
  mth: "month",
  nbr: "number",
  no: "number",
  num: "number",
  ord: "order",
  org: "organisation",
  pct: "percent",
  pmt: "payment",
  prod: "product",
  proj: "project",
  qty: "quantity",
  recv: "received",
  ref: "reference",
  seq: "sequence",
  std: "standard",
  tel: "telephone",
  tot: "total",
  trans: "transaction",
  txn: "transaction",
  usr: "user",
  val: "value",
  vend: "vendor",
  vol: "volume",
  wgt: "weight",
  whs: "warehouse",
  yr: "year",
  zip: "ZIP",
};

/** Kept in capitals within a phrase. */
const ACRONYMS = new Set(
  "id ap ar gl pr po hr it vat gst url sku isbn ssn ip sql gdp gpa iban usd eur uk us eu tv dna ph api pin zip ceo".split(
    " ",
  ),
);

/** "XYEndDate" → ["XY", "End", "Date"]; "order_details" → ["order", "details"]. */
export const splitName = (name: string): string[] =>
  name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[^\p{L}\p{N}_\s.\-/]+/gu) ?? [name];

/**
 * The words of a name, abbreviations expanded. `acronyms` says what capitals of this database stand for
 * ("CT" → "cost type").
 */
export function wordsOf(name: string, acronyms: ReadonlyMap<string, string> = new Map()): string[] {
  const pieces = splitName(name);
  return pieces.flatMap((piece) => {
    const lower = piece.toLowerCase();
    const known = acronyms.get(piece);
    if (known !== undefined) return known.split(" ");
    if (Object.hasOwn(ABBREVIATIONS, lower)) return ABBREVIATIONS[lower].split(" ");
    if (ACRONYMS.has(lower)) return [piece.toUpperCase()];
    const isAcronym =
      /^\p{Lu}{2,3}$/u.test(piece) && pieces.length > 1 && name !== name.toUpperCase();
    return [isAcronym ? piece : lower];
  });
}

/** True when a name says nothing to a reader: capitals or consonants only, four letters or so. */
export function isCryptic(name: string): boolean {
  const letters = name.replace(/[^A-Za-z]/g, "");
  if (letters.length > 6 || letters === "") return false;
  return (
    !/[aeiouy]/i.test(letters) ||
    (letters === letters.toUpperCase() && letters.length <= 5 && name.length > 1)
  );
}

/** Capitals that start the name of one column and are the initials of another of the same table: STName beside ServiceType. */
export function acronymsOf(columnNames: readonly string[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const name of columnNames) {
    const words = wordsOf(name);
    if (words.length < 2) continue;
    const initials = splitName(name)
      .map((piece) => piece[0].toUpperCase())
      .join("");
    if (initials.length >= 2 && initials.length <= 4) result.set(initials, words.join(" "));
  }
  return result;
}
