/** Names of tables and columns → lower-case words: camelCase, snake_case, capitals and the abbreviations of business systems. */

const ABBREVIATIONS: Readonly<Record<string, string>> = Object.fromEntries(
  `acc account|acct account|acq acquired|addr address|adr address|agmt agreement|alloc allocation|amt amount|appt appointment|appr approved|
  art article|avg average|bal balance|bday birth date|beg begin|bldg building|cat category|cd code|chg change|cnt count|
  cntry country|co company|comp company|cond condition|cost cost|ctry country|cty city|cur currency|curr currency|
  cust customer|dbt debit|del delivery|dept department|desc description|descr description|dim dimension|disc discount|div division|
  dlv delivery|dob birth date|doc document|dt date|dte date|dur duration|eff effective|ein entry|emp employee|est estimated|
  exp expiry|expy expiry|ext extension|fname first name|freq frequency|fy year|grp group|gndr gender|hr hour|hrs hours|
  ind indicator|inv invoice|invc invoice|inst institution|itm item|jrnl journal|lang language|lat latitude|ln line|lname last name|
  lng longitude|loc location|lon longitude|lvl level|mat material|mfg manufacturer|mfr manufacturer|mgr manager|mi middle name|
  mob mobile|mod modified|mtrl material|nbr number|nm name|no number|nr number|num number|oh hand|ord order|org organisation|
  pct percent|perc percent|pd paid|ph phone|pmt payment|pos position|prc price|prio priority|prod product|proj project|
  purch purchase|pwd password|qty quantity|qual quality|rcv received|recv received|ref reference|reg region|rem remark|
  req required|resp responsible|rt rate|sal salary|sched scheduled|seq sequence|ser serial|sfx suffix|shp ship|sku sku|
  sn serial number|src source|ssn ssn|st state|stat status|sts status|stk stock|str street|sub sub|supp supplier|svc service|
  tel phone|telephone phone|temp temperature|tm time|tot total|trans transaction|trx transaction|ts timestamp|txn transaction|
  typ type|uom unit|usr user|val value|vend vendor|vol volume|wgt weight|whs warehouse|wh warehouse|wt weight|yr year|zip zip`
    .split("|")
    .map((pair) => {
      const [short, ...long] = pair.trim().split(" ");
      return [short, long.join(" ")];
    }),
);

/** "XYEndDate" → ["xy", "end", "date"]; "cust_no" → ["customer", "number"]. */
export function wordsOf(name: string): string[] {
  const pieces = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+/gu) ?? [name];
  return pieces.flatMap((piece) => {
    const lower = piece.toLowerCase();
    const joined =
      piece.length > 1 && !Object.hasOwn(ABBREVIATIONS, lower) ? JOINED.exec(lower) : null;
    return joined === null ? expanded(lower) : [...expanded(joined[1]), ...expanded(joined[2])];
  });
}

/** "shipname", "HIREDATE", "empno": words that nothing divides. */
const JOINED =
  /^(?!(?:up|candi|man|val|proto|user|file|sur|fore|nick)(?:date|type|name))(.+)(name|date|code|price|type)$/;

const expanded = (word: string): string[] =>
  Object.hasOwn(ABBREVIATIONS, word) ? ABBREVIATIONS[word].split(" ") : [word];

/** What one row of a table is called: "tbl_Customers" → ["customer"]. */
export function entityOf(table: string): string[] {
  const words = wordsOf(table).filter((word) => !/^(tbl|tab|dbo|fact|dimension|tb|t)$/.test(word));
  const known = words.length > 0 ? words : [table.toLowerCase()];
  return [...known.slice(0, -1), singular(known[known.length - 1])];
}

/** The singular of a plural; other words as they are. */
export function singular(word: string): string {
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|us|is)$/.test(word)) return word;
  if (/(ches|shes|xes|sses)$/.test(word)) return word.slice(0, -2);
  return word === "people" ? "person" : word.replace(/s$/, "");
}
