/** The words that the company is made of: names of places, trades, people, jobs, phases and accounts. */
// oxfmt-ignore
export const places1: readonly string[] = [
  "Aspen Ridge", "Boulder Creek", "Cherry Hills", "Clear Creek", "Columbine", "Eagle Peak", "Evergreen", "Foothills",
  "Golden Gate", "High Plains", "Lookout", "Mesa Verde", "Pikes View", "Prairie Star", "Red Rocks", "Silver Plume",
  "South Platte", "Summit", "Table Mountain", "Timberline", "Union Station", "Wildflower",
];
// oxfmt-ignore
export const places2: readonly string[] = [
  "Bayfront", "Blue Water", "Cadillac", "Dune Harbor", "Grand River", "Huron", "Lakeshore East", "Mackinaw",
  "Northport", "Saginaw", "Traverse", "White Pine",
];
export const cities1: readonly string[] = [
  "Denver",
  "Aurora",
  "Boulder",
  "Golden",
  "Littleton",
  "Fort Collins",
  "Pueblo",
];
export const cities2: readonly string[] = ["Grand Rapids", "Holland", "Muskegon", "Lansing"];

// oxfmt-ignore
export const customerKinds: readonly string[] = [
  "School District", "Medical Center", "Properties", "Brewing", "Credit Union", "Logistics", "Apartments",
  "Community Church", "Dental Group", "Hotel", "Foods", "Manufacturing", "Water Authority", "Library", "Auto Group",
];

// oxfmt-ignore
export const vendorPrefixes: readonly string[] = [
  "Alpine", "Apex", "Bowman", "Castillo", "Delgado", "Falcon", "Frontier", "Granite", "Hansen", "Ironwood", "Keystone",
  "Liberty", "Morales", "Northstar", "Osborne", "Pioneer", "Quality", "Rocky Mountain", "Sterling", "Titan", "Valley",
  "Western", "Yellowstone", "Zimmer",
];
/** Trade → vendor type. */
// oxfmt-ignore
export const trades: readonly (readonly [string, string])[] = [
  ["Drywall", "S"], ["Roofing", "S"], ["Excavating", "S"], ["Steel Erectors", "S"], ["Painting", "S"],
  ["Fire Protection", "S"], ["Glass", "S"], ["Masonry", "S"], ["Flooring", "S"], ["Insulation", "S"],
  ["Concrete Supply", "M"], ["Electric Supply", "M"], ["Plumbing Supply", "M"], ["Lumber", "M"], ["Steel Supply", "M"],
  ["Building Products", "M"], ["Equipment Rental", "E"], ["Crane Service", "E"], ["Scaffold", "E"],
  ["Fuel", "O"], ["Office Products", "O"], ["Waste Services", "O"], ["Engineering", "O"], ["Testing Labs", "O"],
];

// oxfmt-ignore
export const lastNames: readonly string[] = [
  "Abbott", "Acosta", "Baker", "Bennett", "Boyd", "Brooks", "Castro", "Chavez", "Cole", "Cruz", "Dalton", "Diaz",
  "Ellis", "Figueroa", "Fletcher", "Garcia", "Gibson", "Gomez", "Hale", "Harmon", "Hicks", "Ibarra", "Jensen", "Kim",
  "Larsen", "Lopez", "Mack", "Medina", "Nguyen", "Novak", "Ortiz", "Park", "Pena", "Quinn", "Ramos", "Reyes", "Salas",
  "Schmidt", "Tran", "Vance", "Walsh", "Yoder",
];
// oxfmt-ignore
export const firstNames: readonly string[] = [
  "Adam", "Alicia", "Ben", "Carlos", "Cody", "Daniel", "Diana", "Eddie", "Frank", "Grace", "Hector", "Ivan", "Jesse",
  "Jose", "Karen", "Kyle", "Luis", "Maria", "Mike", "Nate", "Omar", "Paul", "Rosa", "Sam", "Steve", "Tina", "Victor",
  "Wade",
];

/** Crafts by company, the share of each given by how often it stands here. */
export const crafts: Readonly<Record<number, readonly string[]>> = {
  1: ["Carpenter", "Carpenter", "Carpenter", "Laborer", "Laborer", "Operator", "Ironworker"],
  2: ["Electrician", "Electrician", "Plumber", "Plumber", "Pipefitter", "Laborer"],
  3: ["Plumber", "Electrician", "Mechanic", "Mechanic"],
};
/** Top of the hourly scale. */
export const craftRates: Readonly<Record<string, number>> = {
  Carpenter: 41,
  Laborer: 29,
  Operator: 46,
  Ironworker: 48,
  Electrician: 52,
  Plumber: 50,
  Pipefitter: 53,
  Mechanic: 38,
};

export const managers: Readonly<Record<number, readonly string[]>> = {
  1: ["Dana Whitfield", "Marcus Oyelaran", "Tom Kessler"],
  2: ["Priya Nair", "Elena Vasquez", "Hugh Brannigan"],
  3: ["Sofia Lindqvist", "Ray Okafor"],
};

// oxfmt-ignore
export const works: Readonly<Record<number, readonly string[]>> = {
  1: [
    "Elementary School Addition", "Parking Garage Repair", "Medical Office Build-out", "Fire Station No. 7",
    "Warehouse Expansion", "Hotel Lobby Renovation", "Library Reroof", "High School Gym", "Brewery Taproom",
    "Distribution Center", "Church Sanctuary", "Dental Clinic", "Apartment Phase 2", "Bank Branch", "Food Plant Cold Room",
    "Recreation Center", "Middle School Remodel", "Auto Dealership", "Water Plant Headhouse", "Senior Living Center",
    "Courthouse Annex", "Student Housing", "Research Lab", "Retail Shell", "Truck Maintenance Shop", "Town Hall Remodel",
    "Surgery Center", "Pedestrian Bridge",
  ],
  2: [
    "Hospital Chiller Replacement", "School Boiler Upgrade", "Data Room Cooling", "Hotel Repipe", "Clinic HVAC Controls",
    "Apartment Electrical", "Brewery Steam Line", "Garage Lighting Retrofit", "Office Tower VAV Upgrade",
    "Lab Exhaust System", "Kitchen Gas Line", "Gym Air Handling", "Generator Replacement", "Water Plant Pumps",
    "Solar Carport", "Fire Alarm Upgrade", "Arena Ice Plant", "Cold Storage Refrigeration", "Switchgear Replacement",
    "Bank Data Cabling",
  ],
  3: [
    "Marina Pump House", "Cannery Boiler", "Condo Water Heaters", "School Plumbing Renewal", "Lighthouse Wiring",
    "Hospital Med Gas", "Plant Compressed Air", "Hotel Pool Heating", "Library Controls", "Winery Glycol Loop",
    "Clinic Rooftop Units", "Foundry Exhaust", "Church Radiant Floor", "Ferry Terminal Lighting",
  ],
};

/** Phase, description, the cost types its work is charged to (1 labor … 5 other). */
// oxfmt-ignore
export const phases: readonly (readonly [string, string, readonly number[]])[] = [
  ["01-100", "General Conditions", [1, 4, 5]],
  ["02-200", "Sitework", [1, 3, 4]],
  ["03-300", "Concrete", [1, 2, 4]],
  ["04-200", "Masonry", [2, 3]],
  ["05-100", "Structural Steel", [1, 2, 3]],
  ["06-100", "Rough Carpentry", [1, 2]],
  ["07-500", "Roofing", [3]],
  ["08-800", "Glazing", [3]],
  ["09-250", "Drywall", [1, 2, 3]],
  ["09-900", "Painting", [3]],
  ["15-400", "Plumbing", [1, 2, 3]],
  ["15-700", "HVAC", [1, 2, 3]],
  ["15-900", "Controls", [1, 3]],
  ["16-100", "Electrical", [1, 2, 3]],
  ["16-700", "Low Voltage", [1, 2]],
];
/** First and last index into `phases` that a company works on; general conditions are on every job. */
export const phaseRange: Readonly<Record<number, readonly [number, number]>> = {
  1: [1, 13],
  2: [10, 14],
  3: [9, 14],
};

export const costTypes: readonly string[] = [
  "Labor",
  "Material",
  "Subcontract",
  "Equipment",
  "Other",
];

/** What stands on a vendor's invoice line, by vendor type. */
// oxfmt-ignore
export const lineTexts: Readonly<Record<string, readonly string[]>> = {
  S: ["Progress billing", "Labor and material", "Change order work", "Mobilization", "Final billing"],
  M: ["Material delivery", "Freight", "Fittings and fasteners", "Special order", "Ready-mix delivery"],
  E: ["Weekly rental", "Monthly rental", "Delivery and pickup", "Damage waiver"],
  O: ["Monthly service", "Supplies", "Inspection", "Permit fee", "Fuel cards"],
};

// oxfmt-ignore
export const accounts: readonly (readonly [string, string, string])[] = [
  ["1010", "Cash", "A"], ["1110", "Accounts Receivable", "A"], ["1150", "Retainage Receivable", "A"],
  ["1450", "Prepaid Insurance", "A"], ["1510", "Trucks and Equipment", "A"], ["1590", "Accumulated Depreciation", "A"],
  ["2010", "Accounts Payable", "L"], ["2110", "Accrued Payroll", "L"], ["2310", "Line of Credit", "L"],
  ["3010", "Owner Capital", "C"], ["3900", "Retained Earnings", "C"],
  ["4010", "Contract Revenue", "I"], ["4050", "Service Revenue", "I"], ["4900", "Finance Charge Income", "I"],
  ["5010", "Job Labor", "E"], ["5020", "Job Materials", "E"], ["5030", "Subcontractors", "E"],
  ["5040", "Equipment Rental", "E"], ["5050", "Other Job Cost", "E"],
  ["6010", "Office Supplies", "E"], ["6050", "Insurance", "E"], ["6110", "Rent", "E"], ["6150", "Utilities", "E"],
  ["6210", "Fuel", "E"], ["6310", "Professional Fees", "E"], ["6400", "Depreciation", "E"], ["6510", "Shop Labor", "E"],
];
