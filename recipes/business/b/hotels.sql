CREATE TABLE brand ( -- one hotel brand of the group
  brand_code TEXT PRIMARY KEY CHECK (brand_code IN ('GRD','LOF','BAY','INN')),
  brand_name TEXT NOT NULL UNIQUE CHECK (brand_name IN ('Grandview','Loftline','Bayhouse','Waymark Inn')),
  segment TEXT NOT NULL CHECK (segment IN ('L','M','B')) -- L luxury, M midscale, B budget
);
CREATE TABLE property ( -- one hotel
  property_id INTEGER PRIMARY KEY,
  property_name TEXT NOT NULL CHECK (property_name IN ('Harbour View','Old Mint','Station Square','Lakeside','Castle Hill','Marina','Botanic','Northgate','Cathedral','Riverbank','Opera','Dune Park')),
  brand_code TEXT NOT NULL,
  city TEXT NOT NULL CHECK (city IN ('Lisbon','Porto','Vienna','Graz','Dublin','Cork','Malmo')),
  star_rating INTEGER CHECK (star_rating IN (2,3,4,5)),
  open_date TEXT NOT NULL,
  sold_date TEXT, -- NULL = still in the group
  FOREIGN KEY (brand_code) REFERENCES brand (brand_code)
);
CREATE TABLE room_type ( -- one kind of room
  room_type_code TEXT PRIMARY KEY CHECK (room_type_code IN ('SGL','DBL','TWN','STE','FAM','ACC')),
  description TEXT NOT NULL UNIQUE CHECK (description IN ('Single','Double','Twin','Suite','Family','Accessible')),
  max_guests INTEGER NOT NULL CHECK (max_guests IN (1,2,3,4)),
  rack_rate REAL NOT NULL CHECK (rack_rate BETWEEN 90 AND 520) -- full price per night
);
CREATE TABLE room ( -- one guest room
  property_id INTEGER NOT NULL,
  room_no INTEGER NOT NULL,
  room_type_code TEXT NOT NULL,
  floor_no INTEGER NOT NULL CHECK (floor_no BETWEEN 0 AND 9),
  square_metres INTEGER CHECK (square_metres BETWEEN 14 AND 70),
  has_view TEXT CHECK (has_view IN ('Y','N')),
  room_status TEXT NOT NULL CHECK (room_status IN ('VC','VD','OC','OO')), -- VC vacant clean, VD vacant dirty, OC occupied, OO out of order
  last_refit_date TEXT, -- NULL = never renovated
  PRIMARY KEY (property_id, room_no),
  FOREIGN KEY (property_id) REFERENCES property (property_id),
  FOREIGN KEY (room_type_code) REFERENCES room_type (room_type_code)
);
CREATE TABLE guest ( -- one guest profile
  guest_id INTEGER PRIMARY KEY,
  last_name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  country_code TEXT CHECK (country_code IN ('PT','AT','IE','SE','DE','GB','US')),
  loyalty_tier TEXT CHECK (loyalty_tier IN ('S','G','P')), -- S silver, G gold, P platinum, NULL = no member
  birth_date TEXT,
  email TEXT,
  mail_opt_in TEXT NOT NULL CHECK (mail_opt_in IN ('Y','N')) -- wants the newsletter
);
CREATE TABLE rate_plan ( -- one price scheme
  rate_plan_code TEXT PRIMARY KEY CHECK (rate_plan_code IN ('BAR','CORP','ADVP','PKG','GRP','GOV')),
  description TEXT NOT NULL UNIQUE CHECK (description IN ('Best available','Corporate','Advance purchase','Spa package','Group','Government')),
  discount_percent REAL NOT NULL CHECK (discount_percent BETWEEN 0 AND 40), -- off the rack rate
  breakfast_included TEXT NOT NULL CHECK (breakfast_included IN ('Y','N')),
  refundable TEXT NOT NULL CHECK (refundable IN ('Y','N')),
  end_date TEXT -- NULL = still sold
);
CREATE TABLE reservation ( -- one booking of one room
  reservation_id INTEGER PRIMARY KEY,
  property_id INTEGER NOT NULL,
  room_no INTEGER, -- NULL = no room assigned yet
  guest_id INTEGER NOT NULL,
  rate_plan_code TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('WEB','OTA','TEL','WLK')), -- WEB own site, OTA travel agency site, TEL phone, WLK walk-in
  booked_on TEXT NOT NULL,
  arrival_date TEXT NOT NULL,
  departure_date TEXT NOT NULL,
  adults INTEGER NOT NULL CHECK (adults BETWEEN 1 AND 4),
  children INTEGER NOT NULL CHECK (children BETWEEN 0 AND 3),
  nightly_rate REAL NOT NULL CHECK (nightly_rate BETWEEN 60 AND 480),
  reservation_status TEXT NOT NULL CHECK (reservation_status IN ('B','I','O','C','N')), -- B booked, I in house, O checked out, C cancelled, N no-show
  cancelled_on TEXT, -- NULL = not cancelled
  FOREIGN KEY (property_id) REFERENCES property (property_id),
  FOREIGN KEY (property_id, room_no) REFERENCES room (property_id, room_no),
  FOREIGN KEY (guest_id) REFERENCES guest (guest_id),
  FOREIGN KEY (rate_plan_code) REFERENCES rate_plan (rate_plan_code)
);
CREATE TABLE department ( -- one hotel department
  department_code TEXT PRIMARY KEY CHECK (department_code IN ('RMS','FNB','SPA','BAN','GAR','MNT')),
  department_name TEXT NOT NULL UNIQUE CHECK (department_name IN ('Rooms','Food and beverage','Spa','Banquets','Garage','Maintenance')),
  earns_revenue TEXT NOT NULL CHECK (earns_revenue IN ('Y','N')) -- N cost centre
);
CREATE TABLE charge_code ( -- one kind of posting on a folio
  charge_code TEXT PRIMARY KEY CHECK (charge_code IN ('ROOM','BRKF','MINI','DINE','MASS','PARK','LAUN','TAXI')),
  description TEXT NOT NULL UNIQUE CHECK (description IN ('Room night','Breakfast','Minibar','Dinner','Massage','Parking','Laundry','Taxi')),
  department_code TEXT NOT NULL,
  vat_percent REAL NOT NULL CHECK (vat_percent IN (6,13,23)),
  FOREIGN KEY (department_code) REFERENCES department (department_code)
);
CREATE TABLE folio ( -- one guest bill of a stay
  folio_id INTEGER PRIMARY KEY,
  reservation_id INTEGER NOT NULL,
  opened_on TEXT NOT NULL,
  closed_on TEXT, -- NULL = still open
  credit_limit REAL CHECK (credit_limit BETWEEN 200 AND 3000),
  FOREIGN KEY (reservation_id) REFERENCES reservation (reservation_id)
);
CREATE TABLE folio_charge ( -- one posting on a folio
  folio_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL,
  charge_code TEXT NOT NULL,
  charge_date TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 6),
  amount REAL NOT NULL CHECK (amount BETWEEN 8 AND 640),
  is_void TEXT NOT NULL CHECK (is_void IN ('Y','N')), -- Y taken back
  PRIMARY KEY (folio_id, line_no),
  FOREIGN KEY (folio_id) REFERENCES folio (folio_id),
  FOREIGN KEY (charge_code) REFERENCES charge_code (charge_code)
);
CREATE TABLE payment ( -- one payment towards a folio
  payment_id INTEGER PRIMARY KEY,
  folio_id INTEGER NOT NULL,
  payment_date TEXT NOT NULL,
  payment_method TEXT NOT NULL CHECK (payment_method IN ('CC','CA','BT','VO')), -- CC card, CA cash, BT bank transfer, VO voucher
  amount REAL NOT NULL CHECK (amount BETWEEN 20 AND 1800),
  is_deposit TEXT NOT NULL CHECK (is_deposit IN ('Y','N')),
  FOREIGN KEY (folio_id) REFERENCES folio (folio_id)
);
CREATE TABLE attendant ( -- one housekeeping attendant
  attendant_id INTEGER PRIMARY KEY,
  attendant_name TEXT NOT NULL CHECK (attendant_name IN ('Lena Ostrom','Paulo Reis','Mairead Quinn','Ilse Haas','Joao Pinto','Greta Lund','Sean Kelly','Vera Mota','Anton Huber','Sofia Braga')),
  property_id INTEGER NOT NULL,
  hired_on TEXT NOT NULL,
  left_date TEXT, -- NULL = still with us
  FOREIGN KEY (property_id) REFERENCES property (property_id)
);
CREATE TABLE housekeeping_task ( -- one cleaning of a room
  task_id INTEGER PRIMARY KEY,
  property_id INTEGER NOT NULL,
  room_no INTEGER NOT NULL,
  attendant_id INTEGER, -- NULL = unassigned
  task_date TEXT NOT NULL,
  task_type TEXT NOT NULL CHECK (task_type IN ('S','D','T')), -- S stayover, D departure, T deep clean
  minutes_spent INTEGER CHECK (minutes_spent BETWEEN 10 AND 95), -- NULL = not done
  passed_inspection TEXT CHECK (passed_inspection IN ('Y','N')), -- NULL = not inspected
  FOREIGN KEY (property_id, room_no) REFERENCES room (property_id, room_no),
  FOREIGN KEY (attendant_id) REFERENCES attendant (attendant_id)
);
CREATE TABLE department_budget ( -- budget of a department in a hotel for a month
  property_id INTEGER NOT NULL,
  department_code TEXT NOT NULL,
  month_date TEXT NOT NULL CHECK (month_date IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  budget_revenue REAL NOT NULL CHECK (budget_revenue BETWEEN 5000 AND 90000),
  budget_cost REAL NOT NULL CHECK (budget_cost BETWEEN 3000 AND 60000),
  PRIMARY KEY (property_id, department_code, month_date),
  FOREIGN KEY (property_id) REFERENCES property (property_id),
  FOREIGN KEY (department_code) REFERENCES department (department_code)
);
CREATE TABLE department_actual ( -- booked figures of a department in a hotel for a month
  property_id INTEGER NOT NULL,
  department_code TEXT NOT NULL,
  month_date TEXT NOT NULL CHECK (month_date IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  actual_revenue REAL NOT NULL CHECK (actual_revenue BETWEEN 5000 AND 90000),
  actual_cost REAL NOT NULL CHECK (actual_cost BETWEEN 3000 AND 60000),
  labour_hours REAL CHECK (labour_hours BETWEEN 100 AND 1900),
  PRIMARY KEY (property_id, department_code, month_date),
  FOREIGN KEY (property_id) REFERENCES property (property_id),
  FOREIGN KEY (department_code) REFERENCES department (department_code)
);
