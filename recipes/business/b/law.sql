CREATE TABLE Office ( -- an office of the firm
  OfficeId INTEGER NOT NULL PRIMARY KEY,
  OfficeName TEXT NOT NULL UNIQUE CHECK (OfficeName IN ('Harbour Office','Main Street Office','Airport Office','Old Town Office','Station Office')),
  City TEXT
);
CREATE TABLE PracticeArea ( -- code table of fields of law
  AreaCode TEXT NOT NULL PRIMARY KEY CHECK (AreaCode IN ('LIT','COR','EMP','TAX','IP','FAM')),
  AreaName TEXT NOT NULL UNIQUE CHECK (AreaName IN ('Litigation','Corporate','Employment','Tax','Intellectual Property','Family'))
);
CREATE TABLE Client (
  ClientId INTEGER NOT NULL PRIMARY KEY,
  ClientName TEXT NOT NULL,
  ClientType TEXT NOT NULL CHECK (ClientType IN ('P','B','G')), -- P person, B business, G government
  City TEXT,
  IntakeDate TEXT NOT NULL, -- became a client
  ClientStatus TEXT NOT NULL CHECK (ClientStatus IN ('A','D','C')), -- A active, D dormant, C conflict
  PaymentTermDays INTEGER CHECK (PaymentTermDays IN (10,30,45))
);
CREATE TABLE Timekeeper ( -- a lawyer or paralegal who records time
  TimekeeperId INTEGER NOT NULL PRIMARY KEY,
  LastName TEXT NOT NULL,
  FirstName TEXT NOT NULL,
  Rank TEXT NOT NULL CHECK (Rank IN ('Partner','Counsel','Associate','Paralegal')),
  OfficeId INTEGER NOT NULL,
  JoinDate TEXT NOT NULL,
  LeaveDate TEXT, -- NULL = still with the firm
  YearHourTarget INTEGER CHECK (YearHourTarget IN (1200,1500,1700,1900)), -- billable hours per year
  FOREIGN KEY (OfficeId) REFERENCES Office (OfficeId)
);
CREATE TABLE Matter ( -- a case we handle for a client
  MatterId INTEGER NOT NULL PRIMARY KEY,
  ClientId INTEGER NOT NULL,
  MatterTitle TEXT NOT NULL CHECK (MatterTitle IN ('Lease dispute','Share purchase','Unfair dismissal','Tax audit','Trademark filing','Divorce','Patent licence','Debt collection','Merger review','Custody','Works agreement','VAT appeal')),
  AreaCode TEXT NOT NULL,
  TimekeeperId INTEGER NOT NULL, -- responsible lawyer
  OpenDate TEXT NOT NULL,
  CloseDate TEXT, -- NULL = still open
  FeeType TEXT NOT NULL CHECK (FeeType IN ('H','F','C')), -- H hourly, F fixed fee, C contingency
  MatterStatus TEXT NOT NULL CHECK (MatterStatus IN ('O','S','X')), -- O open, S suspended, X closed
  FOREIGN KEY (ClientId) REFERENCES Client (ClientId),
  FOREIGN KEY (AreaCode) REFERENCES PracticeArea (AreaCode),
  FOREIGN KEY (TimekeeperId) REFERENCES Timekeeper (TimekeeperId)
);
CREATE TABLE Rate ( -- hourly rate agreed for a timekeeper
  TimekeeperId INTEGER NOT NULL,
  RateClass TEXT NOT NULL CHECK (RateClass IN ('STD','KEY','PROB')), -- STD standard, KEY key client, PROB pro bono
  RateStartDate TEXT NOT NULL,
  HourlyRate REAL CHECK (HourlyRate BETWEEN 90 AND 650),
  PRIMARY KEY (TimekeeperId, RateClass, RateStartDate),
  FOREIGN KEY (TimekeeperId) REFERENCES Timekeeper (TimekeeperId)
);
CREATE TABLE Phase ( -- code table of matter phases
  PhaseCode TEXT NOT NULL PRIMARY KEY CHECK (PhaseCode IN ('P10','P20','P30','P40','P50')),
  PhaseName TEXT NOT NULL UNIQUE CHECK (PhaseName IN ('Assessment','Pleadings','Discovery','Trial','Appeal'))
);
CREATE TABLE MatterBudget ( -- planned hours and fees of a matter per phase
  MatterId INTEGER NOT NULL,
  PhaseCode TEXT NOT NULL,
  BudgetHours REAL CHECK (BudgetHours BETWEEN 5 AND 160),
  BudgetFees REAL CHECK (BudgetFees BETWEEN 800 AND 60000),
  ApprovedDate TEXT, -- NULL = client has not approved
  PRIMARY KEY (MatterId, PhaseCode),
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (PhaseCode) REFERENCES Phase (PhaseCode)
);
CREATE TABLE Bill ( -- an invoice to the client for a matter
  BillId INTEGER NOT NULL PRIMARY KEY,
  MatterId INTEGER NOT NULL,
  BillDate TEXT NOT NULL,
  DueDate TEXT NOT NULL,
  FeeAmount REAL CHECK (FeeAmount BETWEEN 500 AND 42000),
  CostAmount REAL CHECK (CostAmount BETWEEN 20 AND 4000), -- disbursements passed on
  TaxAmount REAL CHECK (TaxAmount BETWEEN 40 AND 8000),
  BillStatus TEXT NOT NULL CHECK (BillStatus IN ('D','S','P','W')), -- D draft, S sent, P paid, W written off
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId)
);
CREATE TABLE TimeEntry ( -- time a timekeeper spent on a matter
  EntryId INTEGER NOT NULL PRIMARY KEY,
  MatterId INTEGER NOT NULL,
  TimekeeperId INTEGER NOT NULL,
  WorkDate TEXT NOT NULL,
  PhaseCode TEXT,
  ActivityCode TEXT CHECK (ActivityCode IN ('CALL','DRAFT','RSRCH','MEET','COURT','TRVL')), -- DRAFT drafting, RSRCH research, TRVL travel
  Hours REAL CHECK (Hours BETWEEN 0.5 AND 11),
  FeeValue REAL CHECK (FeeValue BETWEEN 60 AND 4500),
  Billable TEXT NOT NULL CHECK (Billable IN ('Y','N')),
  BillId INTEGER, -- NULL = not yet billed
  Narrative TEXT CHECK (Narrative IN ('Review of contract','Call with opposing counsel','Draft of complaint','Research on case law','Preparation of hearing','Travel to court')),
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (TimekeeperId) REFERENCES Timekeeper (TimekeeperId),
  FOREIGN KEY (PhaseCode) REFERENCES Phase (PhaseCode),
  FOREIGN KEY (BillId) REFERENCES Bill (BillId)
);
CREATE TABLE Disbursement ( -- money laid out for a matter
  DisbursementId INTEGER NOT NULL PRIMARY KEY,
  MatterId INTEGER NOT NULL,
  SpendDate TEXT NOT NULL,
  DisbursementType TEXT NOT NULL CHECK (DisbursementType IN ('Court fee','Expert','Courier','Translation','Travel','Copies')),
  Payee TEXT CHECK (Payee IN ('District Court','Lexicon Translators','Swift Couriers','Dr. Hale','Railway','Copy Corner')),
  Amount REAL CHECK (Amount BETWEEN 10 AND 3500),
  BillId INTEGER, -- NULL = not yet billed
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (BillId) REFERENCES Bill (BillId)
);
CREATE TABLE BillPayment ( -- money received for a bill
  PaymentId INTEGER NOT NULL PRIMARY KEY,
  BillId INTEGER NOT NULL,
  PaymentDate TEXT NOT NULL,
  PaidAmount REAL CHECK (PaidAmount BETWEEN 100 AND 20000),
  PaymentMethod TEXT CHECK (PaymentMethod IN ('W','C','T')), -- W wire, C cheque, T from trust
  FOREIGN KEY (BillId) REFERENCES Bill (BillId)
);
CREATE TABLE TrustAccount ( -- bank account with money held for others
  TrustAccountId INTEGER NOT NULL PRIMARY KEY,
  BankName TEXT CHECK (BankName IN ('First Harbour Bank','Union Trust','City Savings')),
  OfficeId INTEGER NOT NULL,
  OpenedDate TEXT NOT NULL,
  FOREIGN KEY (OfficeId) REFERENCES Office (OfficeId)
);
CREATE TABLE TrustMovement ( -- a deposit or withdrawal of client money
  MovementId INTEGER NOT NULL PRIMARY KEY,
  TrustAccountId INTEGER NOT NULL,
  MatterId INTEGER NOT NULL,
  MovementDate TEXT NOT NULL,
  MovementType TEXT NOT NULL CHECK (MovementType IN ('D','W','F','R')), -- D deposit, W withdrawal, F fees taken, R refund
  Amount REAL CHECK (Amount BETWEEN 150 AND 50000), -- always positive
  ClearedDate TEXT, -- NULL = not cleared by bank
  FOREIGN KEY (TrustAccountId) REFERENCES TrustAccount (TrustAccountId),
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId)
);
CREATE TABLE CourtDate ( -- a hearing or filing deadline
  CourtDateId INTEGER NOT NULL PRIMARY KEY,
  MatterId INTEGER NOT NULL,
  CourtName TEXT CHECK (CourtName IN ('District Court','High Court','Labour Court','Tax Court','Family Court')),
  EventDate TEXT NOT NULL,
  EventType TEXT CHECK (EventType IN ('H','F','M')), -- H hearing, F filing deadline, M mediation
  TimekeeperId INTEGER, -- NULL = nobody assigned to attend
  Outcome TEXT CHECK (Outcome IN ('WON','LOST','ADJ','SETTLED')), -- ADJ adjourned; NULL = not known yet
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (TimekeeperId) REFERENCES Timekeeper (TimekeeperId)
);
