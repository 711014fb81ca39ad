/** The abbreviations that names of tables and columns share, and what they stand for. Lower case; knows no database. */

const listed = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("|").map((pair): [string, string] => {
      const [short, ...long] = pair.trim().split(" ");
      return [short, long.join(" ")];
    }),
  );

const CERTAIN = listed(`
  acct account|acq acquired|addr address|adr address|agmt agreement|alloc allocation|amt amount|
  appr approved|appt appointment|avg average|bal balance|bday birth date|beg begin|bldg building|
  cd code|chg change|chk check|cnt count|cntry country|co company|ctry country|cty city|
  curr currency|cust customer|dbt debit|dept department|desc description|descr description|
  dest destination|disc discount|dlv delivery|dob birth date|doc document|dt date|dte date|
  dur duration|eff effective|emp employee|est estimated|exp expiration|expy expiry|fname first name|
  freq frequency|gndr gender|grp group|hrly hourly|hrs hours|ins insurance|inst institution|
  inv invoice|invc invoice|itm item|jrnl journal|lang language|lat latitude|lname last name|
  lng longitude|loc location|lon longitude|lvl level|maint maintenance|mfg manufacturer|
  mfr manufacturer|mgr manager|mkt market|msg message|mth month|mtrl material|nbr number|nm name|
  no number|nr number|num number|ord order|org organisation|pct percent|pd paid|perc percent|
  ph phone|pmt payment|prc price|prio priority|prod product|proj project|purch purchase|
  pwd password|qty quantity|qual quality|rcv received|recv received|ref reference|resp responsible|
  sched scheduled|seq sequence|ser serial|sfx suffix|shp ship|sn serial number|src source|
  std standard|stk stock|sts status|supp supplier|tel phone|telephone phone|tm time|tot total|
  trans transaction|trx transaction|txn transaction|typ type|uom unit|usr user|val value|
  vend vendor|vol volume|wgt weight|wh warehouse|whs warehouse|wt weight|yr year`);

/** Words of their own, or short for several things: good for guesses, not for saying a name aloud. */
const GUESSES = listed(`
  acc account|art article|cat category|comp company|cond condition|cur currency|del delivery|
  dim dimension|div division|ein entry|ext extension|fy year|hr hour|ind indicator|ln line|
  mat material|mi middle name|mob mobile|mod modified|oh hand|pos position|reg region|rem remark|
  req required|rt rate|sal salary|st state|stat status|str street|svc service|temp temperature|
  ts timestamp`);

/** "qty" → "quantity"; undefined for what is no abbreviation. With `isGuess`, "st" → "state" as well. */
export const longForm = (
  piece: string,
  { isGuess = false }: { readonly isGuess?: boolean } = {},
): string | undefined => CERTAIN.get(piece) ?? (isGuess ? GUESSES.get(piece) : undefined);
