/** What was done on a date, from the words of its name: "hire date" → "hired". */

/** First words of a date's name → what was done. */
const PARTICIPLES: Readonly<Record<string, string>> = {
  birth: "born",
  close: "closed",
  closed: "closed",
  created: "created",
  create: "created",
  creation: "created",
  delivery: "delivered",
  delivered: "delivered",
  due: "due",
  end: "ended",
  enrollment: "enrolled",
  founded: "founded",
  hire: "hired",
  hired: "hired",
  invoice: "dated",
  join: "joined",
  joined: "joined",
  modified: "modified",
  opened: "opened",
  order: "placed",
  paid: "paid",
  "pay full": "paid in full",
  payment: "paid",
  post: "posted",
  posted: "posted",
  posting: "posted",
  publication: "published",
  published: "published",
  release: "released",
  released: "released",
  return: "returned",
  ship: "shipped",
  shipped: "shipped",
  shipping: "shipped",
  sold: "sold",
  start: "started",
  started: "started",
  term: "terminated",
  termination: "terminated",
  update: "updated",
  updated: "updated",
};

/** "hired" for a hire date, if the name says what was done. */
export function participleOf(phrase: string): string | undefined {
  const words = phrase.toLowerCase().replace(/ (date|time|datetime|at|on|day)$/, "");
  return Object.hasOwn(PARTICIPLES, words) ? PARTICIPLES[words] : undefined;
}
