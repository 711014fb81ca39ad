CREATE TABLE categories ( -- tree of product categories
  category_id INTEGER PRIMARY KEY,
  category_code TEXT NOT NULL UNIQUE CHECK (category_code IN ('BOOK','ELEC','FASH','HOBB','HOME')),
  label TEXT NOT NULL UNIQUE CHECK (label IN ('Books','Electronics','Fashion','Hobby and craft','Home and living')),
  return_days INTEGER NOT NULL CHECK (return_days IN (14,30,60)) -- days allowed for returning goods
);
CREATE TABLE fee_schedules ( -- fees agreed for a group of sellers
  fee_code TEXT PRIMARY KEY CHECK (fee_code IN ('BASIC','PLUS','PRO','TOP')),
  commission_pct REAL NOT NULL CHECK (commission_pct BETWEEN 6 AND 16), -- percent of the line amount
  fixed_fee REAL NOT NULL CHECK (fixed_fee BETWEEN 0.2 AND 1.5), -- per order line
  monthly_fee REAL NOT NULL CHECK (monthly_fee BETWEEN 9 AND 90),
  agreed_date TEXT NOT NULL,
  end_date TEXT -- NULL = still in force
);
CREATE TABLE sellers ( -- merchants that sell on the platform
  seller_id INTEGER PRIMARY KEY,
  company_name TEXT NOT NULL,
  contact_name TEXT NOT NULL,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  fee_code TEXT NOT NULL,
  joined_date TEXT NOT NULL,
  closed_date TEXT, -- NULL = account open
  status TEXT NOT NULL CHECK (status IN ('A','P','S')), -- A active, P probation, S suspended
  vat_checked INTEGER NOT NULL CHECK (vat_checked IN (0,1)), -- 1 = tax number verified
  FOREIGN KEY (fee_code) REFERENCES fee_schedules (fee_code)
);
CREATE TABLE buyers ( -- customers with an account
  buyer_id INTEGER PRIMARY KEY,
  full_name TEXT NOT NULL,
  email TEXT,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  signup_date TEXT NOT NULL,
  last_visit_date TEXT, -- NULL = never came back
  newsletter INTEGER NOT NULL CHECK (newsletter IN (0,1)),
  tier TEXT NOT NULL CHECK (tier IN ('N','S','G')) -- N normal, S silver, G gold
);
CREATE TABLE listings ( -- article offered by a seller
  listing_id INTEGER PRIMARY KEY,
  seller_id INTEGER NOT NULL,
  category_id INTEGER NOT NULL,
  product_name TEXT NOT NULL,
  item_condition TEXT NOT NULL CHECK (item_condition IN ('N','U','R')), -- N new, U used, R refurbished
  price REAL NOT NULL CHECK (price BETWEEN 5 AND 480),
  quantity_left INTEGER NOT NULL CHECK (quantity_left BETWEEN 0 AND 60),
  listed_date TEXT NOT NULL,
  ended_date TEXT, -- NULL = still on sale
  views INTEGER NOT NULL CHECK (views BETWEEN 20 AND 9000), -- page views
  FOREIGN KEY (seller_id) REFERENCES sellers (seller_id),
  FOREIGN KEY (category_id) REFERENCES categories (category_id)
);
CREATE TABLE campaigns ( -- discount actions of the platform
  campaign_id INTEGER PRIMARY KEY,
  campaign_name TEXT NOT NULL CHECK (campaign_name IN ('Spring deals','Summer finale','Back to school','Black week','Holiday gifts','First order bonus')),
  channel TEXT NOT NULL CHECK (channel IN ('email','social','search','app')),
  start_date TEXT NOT NULL,
  end_date TEXT NOT NULL,
  discount_pct REAL NOT NULL CHECK (discount_pct BETWEEN 3 AND 30),
  budget REAL NOT NULL CHECK (budget BETWEEN 1000 AND 25000)
);
CREATE TABLE campaign_costs ( -- monthly spend booked on a campaign
  campaign_id INTEGER NOT NULL,
  month TEXT NOT NULL CHECK (month IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01','2024-07-01','2024-08-01')), -- first of the month
  spend REAL NOT NULL CHECK (spend BETWEEN 100 AND 6000),
  clicks INTEGER NOT NULL CHECK (clicks BETWEEN 10 AND 5000),
  PRIMARY KEY (campaign_id, month),
  FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
);
CREATE TABLE orders ( -- one checkout of a buyer
  order_id INTEGER PRIMARY KEY,
  buyer_id INTEGER NOT NULL,
  campaign_id INTEGER, -- NULL = came without a campaign
  order_date TEXT NOT NULL,
  paid_date TEXT, -- NULL = payment outstanding
  payment_method TEXT NOT NULL CHECK (payment_method IN ('card','wallet','transfer','invoice')),
  goods_amount REAL NOT NULL CHECK (goods_amount BETWEEN 10 AND 900),
  shipping_amount REAL NOT NULL CHECK (shipping_amount BETWEEN 2 AND 25),
  discount_amount REAL NOT NULL CHECK (discount_amount BETWEEN 0 AND 60),
  status TEXT NOT NULL CHECK (status IN ('N','P','D','X')), -- N new, P in progress, D done, X cancelled
  FOREIGN KEY (buyer_id) REFERENCES buyers (buyer_id),
  FOREIGN KEY (campaign_id) REFERENCES campaigns (campaign_id)
);
CREATE TABLE order_lines ( -- article within an order
  order_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL CHECK (line_no BETWEEN 1 AND 20),
  listing_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 6),
  line_amount REAL NOT NULL CHECK (line_amount BETWEEN 5 AND 600),
  commission REAL NOT NULL CHECK (commission BETWEEN 0.5 AND 70), -- kept by the platform
  PRIMARY KEY (order_id, line_no),
  FOREIGN KEY (order_id) REFERENCES orders (order_id),
  FOREIGN KEY (listing_id) REFERENCES listings (listing_id)
);
CREATE TABLE carriers ( -- parcel services
  carrier_code TEXT PRIMARY KEY CHECK (carrier_code IN ('BLU','FLX','NRD','SPD')),
  carrier_name TEXT NOT NULL UNIQUE CHECK (carrier_name IN ('Blue Parcel','Flexi Post','Nordway','Speedbox')),
  max_weight REAL NOT NULL CHECK (max_weight BETWEEN 15 AND 40) -- kg
);
CREATE TABLE shipments ( -- parcel sent for an order
  shipment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL,
  seller_id INTEGER NOT NULL,
  carrier_code TEXT NOT NULL,
  tracking_no TEXT, -- NULL = sent without tracking
  shipped_date TEXT NOT NULL,
  promised_date TEXT NOT NULL,
  delivered_date TEXT, -- NULL = not arrived yet
  weight REAL NOT NULL CHECK (weight BETWEEN 0.2 AND 30), -- kg
  freight_cost REAL NOT NULL CHECK (freight_cost BETWEEN 3 AND 40),
  FOREIGN KEY (order_id) REFERENCES orders (order_id),
  FOREIGN KEY (seller_id) REFERENCES sellers (seller_id),
  FOREIGN KEY (carrier_code) REFERENCES carriers (carrier_code)
);
CREATE TABLE refund_reasons ( -- why money was given back
  reason_code TEXT PRIMARY KEY CHECK (reason_code IN ('CHG','DEF','LST','WRG')),
  label TEXT NOT NULL UNIQUE CHECK (label IN ('Changed mind','Defective item','Lost parcel','Wrong item')),
  seller_pays INTEGER NOT NULL CHECK (seller_pays IN (0,1)) -- 1 = charged to the seller
);
CREATE TABLE refunds ( -- claim of a buyer on a line
  refund_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL,
  reason_code TEXT NOT NULL,
  requested_date TEXT NOT NULL,
  refunded_date TEXT, -- NULL = not paid back yet
  amount REAL NOT NULL CHECK (amount BETWEEN 5 AND 400),
  status TEXT NOT NULL CHECK (status IN ('O','A','D')), -- O open, A accepted, D denied
  FOREIGN KEY (order_id, line_no) REFERENCES order_lines (order_id, line_no),
  FOREIGN KEY (reason_code) REFERENCES refund_reasons (reason_code)
);
CREATE TABLE reviews ( -- rating of a listing by a buyer
  review_id INTEGER PRIMARY KEY,
  listing_id INTEGER NOT NULL,
  buyer_id INTEGER NOT NULL,
  review_date TEXT NOT NULL,
  stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  comment TEXT,
  seller_reply_date TEXT, -- NULL = seller has not answered
  FOREIGN KEY (listing_id) REFERENCES listings (listing_id),
  FOREIGN KEY (buyer_id) REFERENCES buyers (buyer_id)
);
CREATE TABLE payouts ( -- transfer of sales money to a seller
  payout_id INTEGER PRIMARY KEY,
  seller_id INTEGER NOT NULL,
  period_start_date TEXT NOT NULL,
  due_date TEXT NOT NULL,
  paid_date TEXT, -- NULL = not transferred
  gross_amount REAL NOT NULL CHECK (gross_amount BETWEEN 1500 AND 9000),
  fee_amount REAL NOT NULL CHECK (fee_amount BETWEEN 50 AND 900),
  held_amount REAL NOT NULL CHECK (held_amount BETWEEN 0 AND 600), -- kept back for claims
  status TEXT NOT NULL CHECK (status IN ('W','H','P')), -- W waiting, H on hold, P paid
  FOREIGN KEY (seller_id) REFERENCES sellers (seller_id)
);
CREATE TABLE seller_targets ( -- sales target per seller and month
  seller_id INTEGER NOT NULL,
  month TEXT NOT NULL CHECK (month IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  target_amount REAL NOT NULL CHECK (target_amount BETWEEN 1500 AND 15000),
  actual_amount REAL NOT NULL CHECK (actual_amount BETWEEN 1500 AND 18000),
  PRIMARY KEY (seller_id, month),
  FOREIGN KEY (seller_id) REFERENCES sellers (seller_id)
);
