CREATE TABLE region ( -- sales region
  region_id INTEGER PRIMARY KEY,
  region_name TEXT NOT NULL UNIQUE CHECK (region_name IN ('North','South','East','West','Metro')),
  manager_name TEXT
);
CREATE TABLE dealer ( -- shop or agent selling our plans
  dealer_id INTEGER PRIMARY KEY,
  dealer_name TEXT NOT NULL,
  region_id INTEGER NOT NULL,
  dealer_type TEXT NOT NULL CHECK (dealer_type IN ('own','franchise','agent','web')),
  signed_date TEXT NOT NULL,
  active_flag TEXT CHECK (active_flag IN ('Y','N')),
  FOREIGN KEY (region_id) REFERENCES region (region_id)
);
CREATE TABLE subscriber ( -- person or firm that pays
  subscriber_id INTEGER PRIMARY KEY,
  subscriber_name TEXT NOT NULL,
  segment TEXT NOT NULL CHECK (segment IN ('RES','SOHO','CORP')), -- residential, small office, corporate
  region_id INTEGER NOT NULL,
  city TEXT,
  email TEXT,
  join_date TEXT NOT NULL,
  credit_class TEXT CHECK (credit_class IN ('A','B','C')), -- A best payer, C risky
  credit_limit REAL CHECK (credit_limit BETWEEN 50 AND 5000),
  paperless_flag TEXT CHECK (paperless_flag IN ('Y','N')), -- Y = invoice by e-mail only
  FOREIGN KEY (region_id) REFERENCES region (region_id)
);
CREATE TABLE plan ( -- tariff plan
  plan_id INTEGER PRIMARY KEY,
  plan_name TEXT NOT NULL UNIQUE CHECK (plan_name IN ('Basic','Plus','Family','Max','Student','Senior','Business S','Business L','Turbo','Flex')),
  service_type TEXT NOT NULL CHECK (service_type IN ('mobile','fixed','internet')),
  monthly_fee REAL NOT NULL CHECK (monthly_fee BETWEEN 9 AND 120),
  data_cap_gb INTEGER CHECK (data_cap_gb BETWEEN 2 AND 500), -- NULL = unlimited
  contract_months INTEGER CHECK (contract_months IN (0,12,24)), -- 0 = no commitment
  launch_date TEXT,
  withdrawn_flag TEXT CHECK (withdrawn_flag IN ('Y','N')) -- Y = no longer sold
);
CREATE TABLE churn_reason ( -- why a line was cancelled
  reason_code TEXT PRIMARY KEY CHECK (reason_code IN ('PRC','COV','MOV','SRV','DEB','CMP')),
  reason_text TEXT NOT NULL UNIQUE CHECK (reason_text IN ('Price too high','Poor coverage','Moved away','Bad service','Unpaid debt','Went to competitor')),
  voluntary_flag TEXT CHECK (voluntary_flag IN ('Y','N')) -- N = we ended it
);
CREATE TABLE line ( -- phone number or internet access
  line_id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL,
  plan_id INTEGER NOT NULL,
  dealer_id INTEGER, -- NULL = sold by ourselves
  phone_number TEXT,
  line_status TEXT NOT NULL CHECK (line_status IN ('A','S','C')), -- A active, S suspended, C cancelled
  start_date TEXT NOT NULL,
  end_date TEXT, -- NULL = still running
  reason_code TEXT, -- reason given for leaving
  FOREIGN KEY (subscriber_id) REFERENCES subscriber (subscriber_id),
  FOREIGN KEY (plan_id) REFERENCES plan (plan_id),
  FOREIGN KEY (dealer_id) REFERENCES dealer (dealer_id),
  FOREIGN KEY (reason_code) REFERENCES churn_reason (reason_code)
);
CREATE TABLE device ( -- handset, router or modem
  device_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL,
  device_type TEXT NOT NULL CHECK (device_type IN ('phone','router','modem','tablet')),
  brand TEXT CHECK (brand IN ('Nokia','Samsung','Apple','Huawei','Zyxel')),
  serial_no TEXT,
  list_price REAL CHECK (list_price BETWEEN 40 AND 1500),
  subsidy REAL CHECK (subsidy BETWEEN 0 AND 400), -- part of the price we bear
  handover_date TEXT,
  ownership TEXT CHECK (ownership IN ('sold','rented')),
  FOREIGN KEY (line_id) REFERENCES line (line_id)
);
CREATE TABLE usage ( -- usage per line and month
  line_id INTEGER NOT NULL,
  usage_month TEXT NOT NULL CHECK (usage_month IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  voice_minutes REAL CHECK (voice_minutes BETWEEN 0 AND 3000),
  sms_count INTEGER CHECK (sms_count BETWEEN 0 AND 900),
  data_gb REAL CHECK (data_gb BETWEEN 0 AND 600),
  roaming_gb REAL CHECK (roaming_gb BETWEEN 0 AND 20), -- data used abroad
  PRIMARY KEY (line_id, usage_month),
  FOREIGN KEY (line_id) REFERENCES line (line_id)
);
CREATE TABLE invoice (
  invoice_no INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL,
  invoice_date TEXT NOT NULL,
  due_date TEXT NOT NULL,
  total_amount REAL NOT NULL CHECK (total_amount BETWEEN 15 AND 2500),
  paid_amount REAL NOT NULL CHECK (paid_amount BETWEEN 0 AND 2500), -- received so far
  invoice_status TEXT NOT NULL CHECK (invoice_status IN ('O','P','C','W')), -- O open, P paid, C in collection, W written off
  FOREIGN KEY (subscriber_id) REFERENCES subscriber (subscriber_id)
);
CREATE TABLE invoice_line (
  invoice_no INTEGER NOT NULL,
  line_no INTEGER NOT NULL, -- position on the invoice
  line_id INTEGER NOT NULL,
  charge_type TEXT NOT NULL CHECK (charge_type IN ('FEE','VOI','DAT','ROA','DEV','DIS')), -- monthly fee, voice, data, roaming, device, discount
  quantity REAL CHECK (quantity BETWEEN 1 AND 500),
  amount REAL NOT NULL CHECK (amount BETWEEN 1 AND 700), -- net of tax
  tax_amount REAL CHECK (tax_amount BETWEEN 0 AND 140),
  PRIMARY KEY (invoice_no, line_no),
  FOREIGN KEY (invoice_no) REFERENCES invoice (invoice_no),
  FOREIGN KEY (line_id) REFERENCES line (line_id)
);
CREATE TABLE payment (
  payment_id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL,
  invoice_no INTEGER, -- NULL = payment on account
  payment_date TEXT NOT NULL,
  amount REAL NOT NULL CHECK (amount BETWEEN 10 AND 2000),
  method TEXT NOT NULL CHECK (method IN ('debit','card','transfer','cash')), -- debit = direct debit
  returned_flag TEXT CHECK (returned_flag IN ('Y','N')), -- Y = bank sent it back
  FOREIGN KEY (subscriber_id) REFERENCES subscriber (subscriber_id),
  FOREIGN KEY (invoice_no) REFERENCES invoice (invoice_no)
);
CREATE TABLE ticket ( -- trouble ticket
  ticket_id INTEGER PRIMARY KEY,
  line_id INTEGER NOT NULL,
  topic TEXT NOT NULL CHECK (topic IN ('no signal','slow internet','billing question','defective device','number transfer')),
  priority INTEGER CHECK (priority IN (1,2,3)), -- 1 highest
  opened_date TEXT NOT NULL,
  closed_date TEXT, -- NULL = unresolved
  agent_name TEXT CHECK (agent_name IN ('Aylin Kaya','Ben Foster','Carla Rossi','Dmitri Orlov','Emma Lund','Farid Nasser')), -- who handles it
  rating INTEGER CHECK (rating BETWEEN 1 AND 5), -- 5 very satisfied, NULL none given
  FOREIGN KEY (line_id) REFERENCES line (line_id)
);
CREATE TABLE commission ( -- commission earned by a dealer
  commission_id INTEGER PRIMARY KEY,
  dealer_id INTEGER NOT NULL,
  line_id INTEGER NOT NULL,
  earned_date TEXT NOT NULL,
  amount REAL NOT NULL CHECK (amount BETWEEN 10 AND 250),
  paid_date TEXT, -- NULL = not paid out
  clawback_flag TEXT CHECK (clawback_flag IN ('Y','N')), -- Y = taken back, customer left early
  FOREIGN KEY (dealer_id) REFERENCES dealer (dealer_id),
  FOREIGN KEY (line_id) REFERENCES line (line_id)
);
CREATE TABLE sales_target ( -- per dealer and month
  dealer_id INTEGER NOT NULL,
  target_month TEXT NOT NULL CHECK (target_month IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  target_lines INTEGER CHECK (target_lines BETWEEN 3 AND 60), -- new lines to sell
  target_revenue REAL CHECK (target_revenue BETWEEN 500 AND 9000),
  PRIMARY KEY (dealer_id, target_month),
  FOREIGN KEY (dealer_id) REFERENCES dealer (dealer_id)
);
CREATE TABLE dealer_result ( -- what a dealer reached, per month
  dealer_id INTEGER NOT NULL,
  result_month TEXT NOT NULL CHECK (result_month IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  service_type TEXT NOT NULL CHECK (service_type IN ('mobile','fixed','internet')),
  sold_lines INTEGER CHECK (sold_lines BETWEEN 1 AND 45),
  revenue REAL CHECK (revenue BETWEEN 200 AND 6000),
  PRIMARY KEY (dealer_id, result_month, service_type),
  FOREIGN KEY (dealer_id) REFERENCES dealer (dealer_id)
);
