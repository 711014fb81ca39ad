/** Words that made-up rows are written with: people, places, companies, and what things of common kinds are called. */

const list = (text: string): readonly string[] => text.split(/\s*,\s*/);

export const FIRST_NAMES: Readonly<Record<"F" | "M", readonly string[]>> = {
  F: list(
    "Anna, Maria, Sofia, Emma, Olivia, Laura, Julia, Clara, Nina, Elena, Sarah, Hannah, Grace, Alice, Irene, Paula, Diana, Ruth, Vera, Lucia, Amelia, Ingrid, Fatima, Aisha, Mei, Yuki, Priya, Leila, Chloe, Zoe, Rosa, Carmen, Helen, Judith, Marta, Naomi, Eva, Petra, Joan, Linda",
  ),
  M: list(
    "Thomas, Peter, Daniel, Lucas, Martin, David, Paul, Simon, Felix, Oscar, Henry, James, Robert, Michael, Andrew, George, Victor, Samuel, Adam, Hugo, Ivan, Omar, Ahmed, Wei, Kenji, Arjun, Carlos, Diego, Marco, Luca, Erik, Jonas, Patrick, Frank, Walter, Leo, Nathan, Karl, Stefan, Tom",
  ),
};
export const LAST_NAMES: readonly string[] = list(
  "Smith, Johnson, Miller, Brown, Wilson, Taylor, Clark, Walker, Hall, Young, King, Wright, Baker, Turner, Parker, Cooper, Reed, Morgan, Bell, Murphy, Schmidt, Weber, Fischer, Wagner, Becker, Keller, Hoffmann, Garcia, Lopez, Martinez, Perez, Torres, Silva, Costa, Rossi, Ricci, Moreau, Laurent, Dubois, Novak, Kowalski, Nowak, Ivanov, Petrov, Larsen, Hansen, Berg, Lindqvist, Tanaka, Sato, Chen, Wang, Li, Kim, Park, Singh, Patel, Khan, Haddad, Okafor",
);

export type Place = {
  readonly city: string;
  readonly region: string;
  readonly regionCode: string;
  readonly country: string;
  readonly countryCode: string;
  readonly currency: string;
  /** First digits of its postal codes and telephone numbers. */
  readonly postal: string;
  readonly dial: string;
};

export const PLACES: readonly Place[] = `Boston,Massachusetts,MA,United States,US,USD,021,+1 617
Chicago,Illinois,IL,United States,US,USD,606,+1 312
Denver,Colorado,CO,United States,US,USD,802,+1 303
Austin,Texas,TX,United States,US,USD,787,+1 512
Seattle,Washington,WA,United States,US,USD,981,+1 206
San Diego,California,CA,United States,US,USD,921,+1 619
New York,New York,NY,United States,US,USD,100,+1 212
Atlanta,Georgia,GA,United States,US,USD,303,+1 404
Toronto,Ontario,ON,Canada,CA,CAD,416,+1 416
Montreal,Quebec,QC,Canada,CA,CAD,514,+1 514
London,England,LND,United Kingdom,GB,GBP,201,+44 20
Manchester,England,MAN,United Kingdom,GB,GBP,160,+44 161
Edinburgh,Scotland,EDH,United Kingdom,GB,GBP,131,+44 131
Dublin,Leinster,L,Ireland,IE,EUR,010,+353 1
Paris,Île-de-France,IDF,France,FR,EUR,750,+33 1
Lyon,Auvergne-Rhône-Alpes,ARA,France,FR,EUR,690,+33 4
Berlin,Berlin,BE,Germany,DE,EUR,101,+49 30
Munich,Bavaria,BY,Germany,DE,EUR,803,+49 89
Hamburg,Hamburg,HH,Germany,DE,EUR,200,+49 40
Cologne,North Rhine-Westphalia,NW,Germany,DE,EUR,506,+49 221
Vienna,Vienna,W,Austria,AT,EUR,101,+43 1
Zurich,Zurich,ZH,Switzerland,CH,CHF,800,+41 44
Madrid,Madrid,MD,Spain,ES,EUR,280,+34 91
Barcelona,Catalonia,CT,Spain,ES,EUR,080,+34 93
Rome,Lazio,RM,Italy,IT,EUR,001,+39 06
Milan,Lombardy,MI,Italy,IT,EUR,201,+39 02
Amsterdam,North Holland,NH,Netherlands,NL,EUR,101,+31 20
Brussels,Brussels,BRU,Belgium,BE,EUR,100,+32 2
Stockholm,Stockholm,AB,Sweden,SE,SEK,111,+46 8
Oslo,Oslo,03,Norway,NO,NOK,015,+47 22
Copenhagen,Capital Region,84,Denmark,DK,DKK,105,+45 33
Warsaw,Masovia,MZ,Poland,PL,PLN,009,+48 22
Prague,Prague,PR,Czech Republic,CZ,CZK,110,+420 2
Tokyo,Tokyo,13,Japan,JP,JPY,100,+81 3
Osaka,Osaka,27,Japan,JP,JPY,530,+81 6
Sydney,New South Wales,NSW,Australia,AU,AUD,200,+61 2
Melbourne,Victoria,VIC,Australia,AU,AUD,300,+61 3
Mumbai,Maharashtra,MH,India,IN,INR,400,+91 22
Singapore,Singapore,SG,Singapore,SG,SGD,018,+65 6
São Paulo,São Paulo,SP,Brazil,BR,BRL,010,+55 11`
  .split("\n")
  .map((line) => {
    const [city, region, regionCode, country, countryCode, currency, postal, dial] =
      line.split(",");
    return { city, region, regionCode, country, countryCode, currency, postal, dial };
  });

export const STREETS: readonly string[] = list(
  "Main Street, Oak Street, Park Avenue, Mill Lane, High Street, Station Road, Church Street, River Road, Lake Drive, Garden Street, Hill Road, Market Square, Harbour Street, Maple Avenue, Cedar Lane, School Street, Castle Street, Bridge Road, Forest Drive, King Street",
);
export const COMPANY_STEMS: readonly string[] = list(
  "Northwind, Bluestone, Summit, Evergreen, Ironbridge, Silverline, Harbor, Crestview, Lakeside, Redwood, Brightwater, Oakfield, Westgate, Highland, Fairway, Cobalt, Granite, Meridian, Pioneer, Vertex, Alpine, Beacon, Cascade, Delta, Echo, Falcon, Horizon, Juniper, Keystone, Lumen, Magnolia, Nimbus, Orchard, Prairie, Quarry, Riverside, Sterling, Tidewater, Union, Willow",
);
export const COMPANY_KINDS: readonly string[] = list(
  "Trading, Logistics, Foods, Systems, Industries, Supply, Partners, Labs, Services, Engineering, Textiles, Energy, Media, Tools, Furniture, Medical",
);
export const COMPANY_FORMS: readonly string[] = list("Ltd, Inc, GmbH, LLC, AG, & Sons, Group, Co");
export const ADJECTIVES: readonly string[] = list(
  "Classic, Compact, Deluxe, Standard, Premium, Light, Heavy, Modern, Eco, Smart, Royal, Urban, Golden, Silent, Rapid, Prime, Nordic, Arctic, Solar, Vintage, Basic, Advanced, Central, Northern, Southern, Eastern, Western, Upper, Lower, Grand",
);
export const PRODUCTS: readonly string[] = list(
  "Desk, Chair, Lamp, Notebook, Drill, Bicycle, Backpack, Kettle, Monitor, Keyboard, Jacket, Helmet, Toolbox, Printer, Camera, Sofa, Blender, Tent, Watch, Router, Shelf, Speaker, Gloves, Pump, Filter, Valve, Cable, Battery, Sensor, Ladder",
);
const TITLE_ADJECTIVES = list(
  "Silent, Hidden, Last, Broken, Distant, Golden, Endless, Crimson, Forgotten, Northern, Burning, Quiet, Second, Lost, Secret",
);
const TITLE_NOUNS = list(
  "River, Garden, Winter, Mirror, Harbour, Road, Promise, Shadow, Island, Letter, Summer, City, Voyage, Song, Storm",
);
export const WORK_TITLES: readonly string[] = TITLE_ADJECTIVES.flatMap((adjective) =>
  TITLE_NOUNS.map((noun) => `The ${adjective} ${noun}`),
);
export const SENTENCES: readonly string[] = list(
  "Checked and found in order, Customer asked to be called back, Delivered with a short delay, Please handle with care, No further action needed, Replaced under warranty, Waiting for a spare part, Price agreed by phone, Second visit required, Sent again after a complaint, Meets all requirements, To be reviewed next month, Partly returned, Approved by the manager, Documents are complete, Invoice sent separately, Discount granted once, New address confirmed, Urgent request, Regular service",
);

/** A column's word, or the word of a table that is nothing but such a list → values, the most frequent first. */
export const VALUE_LISTS: Readonly<Record<string, readonly string[]>> = {
  status: list("open, closed, in progress, cancelled, on hold"),
  state: list("new, active, done, failed"),
  stage: list("lead, qualified, proposal, negotiation, won, lost"),
  phase: list("planning, design, build, test, handover"),
  priority: list("normal, high, low, urgent"),
  severity: list("minor, major, critical, blocker"),
  level: list("basic, intermediate, advanced, expert"),
  color: list("black, white, blue, red, green, grey, yellow, brown, orange, silver"),
  colour: list("black, white, blue, red, green, grey, yellow, brown, orange, silver"),
  size: list("M, L, S, XL, XS, XXL"),
  department: list(
    "Sales, Production, Finance, Marketing, Purchasing, Human Resources, Logistics, Research, Customer Service, Quality, Legal, IT",
  ),
  division: list("Europe, North America, Asia, Consumer, Industry, Services"),
  job: list(
    "Sales Representative, Technician, Accountant, Engineer, Project Manager, Analyst, Team Lead, Assistant, Buyer, Consultant, Driver, Designer, Director",
  ),
  genre: list("Rock, Pop, Jazz, Classical, Drama, Comedy, Thriller, Documentary, Folk, Metal"),
  category: list(
    "Tools, Furniture, Electronics, Clothing, Office, Sports, Kitchen, Garden, Toys, Books, Food, Health",
  ),
  industry: list(
    "Retail, Manufacturing, Construction, Health Care, Banking, Energy, Transport, Education",
  ),
  segment: list("Consumer, Corporate, Small Business, Public Sector"),
  language: list(
    "English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Japanese, Chinese",
  ),
  currency: list("EUR, USD, GBP, CHF, JPY, CAD, AUD, SEK, NOK, DKK, PLN"),
  unit: list("pcs, kg, m, l, h, box, set, pair, t, m2"),
  payment: list("credit card, bank transfer, cash, PayPal, direct debit, cheque"),
  method: list("credit card, bank transfer, cash, online, by phone"),
  shipping: list("standard, express, pickup, freight, overnight"),
  carrier: list("DHL, UPS, FedEx, DPD, GLS, TNT"),
  channel: list("online, store, phone, partner, email"),
  source: list("website, referral, campaign, trade fair, phone, email"),
  region: list("North, South, West, East, Central"),
  country: list(
    "Germany, United States, France, United Kingdom, Spain, Italy, Netherlands, Austria, Poland, Japan, Canada, Australia, India, Brazil",
  ),
  nationality: list(
    "German, American, French, British, Spanish, Italian, Dutch, Austrian, Polish, Japanese",
  ),
  religion: list("none, Christian, Muslim, Hindu, Buddhist, Jewish"),
  grade: list("B, A, C, D, F"),
  rating: list("good, very good, fair, poor, excellent"),
  role: list("user, editor, administrator, guest, auditor"),
  skill: list(
    "Welding, Programming, Accounting, Negotiation, Design, Planning, First Aid, Driving",
  ),
  reason: list("damaged, wrong item, too late, changed mind, price, quality"),
  type: list("standard, internal, external, special, temporary"),
  kind: list("standard, internal, external, special, temporary"),
  class: list("A, B, C, D"),
  gender: list("female, male, other"),
  sex: list("female, male"),
  marital: list("married, single, divorced, widowed"),
  relationship: list("spouse, child, parent, sibling, friend"),
  weekday: list("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
  month: list(
    "January, February, March, April, May, June, July, August, September, October, November, December",
  ),
  season: list("spring, summer, autumn, winter"),
  shift: list("early, late, night"),
  material: list("steel, wood, plastic, aluminium, glass, cotton, leather, concrete"),
  brand: list("Nordica, Velox, Alto, Brixton, Solana, Kito, Marlow, Tessa, Orbit, Zenit"),
  degree: list("Bachelor, Master, PhD, Diploma"),
  course: list(
    "Algebra, Biology, Chemistry, Databases, Economics, History, Law, Physics, Statistics, Writing",
  ),
  subject: list("Mathematics, Biology, Chemistry, History, Physics, Economics, Law, Music"),
  building: list("Main Building, North Wing, South Wing, Annex, Tower, Workshop, Warehouse"),
  room: list("R101, R102, R201, R202, R301, Lab 1, Lab 2, Hall"),
  warehouse: list("Central Warehouse, North Depot, South Depot, Harbour Store, Cold Store"),
  account: list(
    "Cash, Receivables, Payables, Revenue, Wages, Rent, Insurance, Inventory, Bank, Taxes",
  ),
  tax: list("standard rate, reduced rate, exempt, zero rate"),
  term: list("30 days net, 14 days net, prepaid, on delivery, 60 days net"),
  event: list("created, updated, approved, sent, archived, deleted"),
  action: list("create, update, delete, login, export"),
  sport: list("Football, Tennis, Basketball, Swimming, Running, Cycling, Rowing"),
  team: list("Falcons, Tigers, Sharks, Eagles, Wolves, Rovers, United, City"),
  species: list("dog, cat, horse, rabbit, bird"),
  breed: list("Labrador, Poodle, Beagle, Siamese, Persian, Boxer"),
  disease: list("Influenza, Asthma, Diabetes, Migraine, Eczema, Hypertension, Bronchitis"),
  diagnosis: list("Influenza, Asthma, Diabetes, Migraine, Eczema, Hypertension, Bronchitis"),
  drug: list("Ibuprofen, Paracetamol, Amoxicillin, Cortisone, Insulin, Aspirin, Metformin"),
  specialty: list("general, surgery, dermatology, cardiology, oncology, paediatrics"),
  airline: list("Aurora Air, BlueJet, Skyways, TransPacific, Nordair, Sunwing"),
  airport: list("BOS, JFK, LHR, CDG, FRA, MUC, ZRH, MAD, FCO, AMS, NRT, SYD"),
  cuisine: list("Italian, French, Indian, Japanese, Mexican, Thai, Greek"),
  food: list("Pizza, Salad, Soup, Curry, Pasta, Burger, Sushi, Tacos"),
  bank: list("First National, City Bank, Union Credit, Savings Trust, Harbor Bank"),
  insurance: list("private, public, none, company"),
  mode: list("automatic, manual, test"),
  platform: list("web, iOS, Android, desktop"),
  device: list("phone, laptop, tablet, desktop"),
  browser: list("Chrome, Firefox, Safari, Edge"),
  fuel: list("petrol, diesel, electric, hybrid"),
  transmission: list("automatic, manual"),
  quality: list("good, medium, poor"),
  weather: list("sunny, cloudy, rain, snow"),
  engine: list("jet, turboprop, piston, electric"),
};

/** Words for things whose rows are people. */
export const PEOPLE: ReadonlySet<string> = new Set(
  list(
    "person, employee, staff, user, member, patient, student, teacher, doctor, physician, nurse, driver, author, artist, actor, actress, director, player, agent, seller, salesperson, contact, passenger, guest, owner, manager, candidate, applicant, instructor, professor, pilot, singer, composer, reviewer, subscriber, visitor, resident, worker, coach, judge, donor, volunteer, technician, engineer, editor, writer, musician, tenant, holder, representative, operator, beneficiary, customer, client, borrower, faculty, advisor, friend, child, spouse",
  ),
);
/** Words for things that are companies or the like. */
export const COMPANIES: ReadonlySet<string> = new Set(
  list(
    "company, supplier, vendor, manufacturer, publisher, organisation, organization, merchant, shipper, shop, store, firm, dealer, distributor, partner, subcontractor, contractor, business, agency, hotel, restaurant, hospital, clinic, institution, broker, landlord",
  ),
);
/** Words for works that have a title. */
export const WORKS: ReadonlySet<string> = new Set(
  list(
    "book, film, movie, song, album, track, title, paper, publication, article, show, episode, journal, playlist, play, magazine, game, story, series, painting, artwork",
  ),
);
