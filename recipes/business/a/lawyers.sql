CREATE TABLE Office (
  OfficeId INTEGER NOT NULL PRIMARY KEY,
  City TEXT NOT NULL
);
CREATE TABLE Timekeeper ( -- lawyers and paralegals
  TimekeeperId INTEGER NOT NULL PRIMARY KEY,
  FullName TEXT NOT NULL,
  Grade TEXT NOT NULL CHECK (Grade IN ('Partner','Associate','Paralegal')),
  OfficeId INTEGER NOT NULL,
  StandardRate REAL NOT NULL, -- per hour
  HireDate TEXT NOT NULL,
  LeaveDate TEXT, -- NULL = still here
  FOREIGN KEY (OfficeId) REFERENCES Office (OfficeId)
);
CREATE TABLE Client (
  ClientId INTEGER NOT NULL PRIMARY KEY,
  ClientName TEXT NOT NULL,
  Sector TEXT NOT NULL,
  Country TEXT NOT NULL,
  RelationPartnerId INTEGER NOT NULL,
  SinceDate TEXT NOT NULL,
  FOREIGN KEY (RelationPartnerId) REFERENCES Timekeeper (TimekeeperId)
);
CREATE TABLE Matter (
  MatterId TEXT NOT NULL PRIMARY KEY,
  ClientId INTEGER NOT NULL,
  Title TEXT NOT NULL,
  PracticeArea TEXT NOT NULL,
  OpenedDate TEXT NOT NULL,
  ClosedDate TEXT, -- NULL = active
  FeeKind TEXT NOT NULL CHECK (FeeKind IN ('H','F','C')), -- H hourly, F fixed fee, C contingency
  AgreedFee REAL, -- for fixed fees
  LeadId INTEGER NOT NULL,
  FOREIGN KEY (ClientId) REFERENCES Client (ClientId),
  FOREIGN KEY (LeadId) REFERENCES Timekeeper (TimekeeperId)
);
CREATE TABLE Phase ( -- phases of work
  PhaseCode TEXT NOT NULL PRIMARY KEY,
  PhaseName TEXT NOT NULL -- Intake, Discovery, Trial, Appeal
);
CREATE TABLE MatterBudget ( -- budget per matter and phase
  MatterId TEXT NOT NULL,
  PhaseCode TEXT NOT NULL,
  BudgetHours REAL NOT NULL,
  BudgetFees REAL NOT NULL,
  PRIMARY KEY (MatterId, PhaseCode),
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (PhaseCode) REFERENCES Phase (PhaseCode)
);
CREATE TABLE TimeEntry (
  EntryId INTEGER NOT NULL PRIMARY KEY,
  MatterId TEXT NOT NULL,
  TimekeeperId INTEGER NOT NULL,
  PhaseCode TEXT NOT NULL,
  WorkDate TEXT NOT NULL,
  Hours REAL NOT NULL,
  Rate REAL NOT NULL,
  Billable TEXT NOT NULL CHECK (Billable IN ('Y','N')),
  BillId INTEGER, -- NULL = not billed yet
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (TimekeeperId) REFERENCES Timekeeper (TimekeeperId),
  FOREIGN KEY (PhaseCode) REFERENCES Phase (PhaseCode),
  FOREIGN KEY (BillId) REFERENCES Bill (BillId)
);
CREATE TABLE Disbursement ( -- costs paid for clients
  DisbursementId INTEGER NOT NULL PRIMARY KEY,
  MatterId TEXT NOT NULL,
  PaidDate TEXT NOT NULL,
  Kind TEXT NOT NULL, -- Court fee, Expert, Travel, Courier
  Amount REAL NOT NULL,
  BillId INTEGER, -- NULL = not billed yet
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId),
  FOREIGN KEY (BillId) REFERENCES Bill (BillId)
);
CREATE TABLE Bill (
  BillId INTEGER NOT NULL PRIMARY KEY,
  MatterId TEXT NOT NULL,
  BillDate TEXT NOT NULL,
  DueDate TEXT NOT NULL,
  Fees REAL NOT NULL,
  Costs REAL NOT NULL,
  WrittenOff REAL NOT NULL,
  Received REAL NOT NULL,
  PaidInFullDate TEXT, -- NULL = open
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId)
);
CREATE TABLE TrustMovement ( -- client money held by us
  MovementId INTEGER NOT NULL PRIMARY KEY,
  MatterId TEXT NOT NULL,
  MovedOn TEXT NOT NULL,
  Direction TEXT NOT NULL CHECK (Direction IN ('I','O')), -- I in, O out
  Amount REAL NOT NULL,
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId)
);
CREATE TABLE CourtDate (
  CourtDateId INTEGER NOT NULL PRIMARY KEY,
  MatterId TEXT NOT NULL,
  Court TEXT NOT NULL,
  HeldOn TEXT NOT NULL,
  Outcome TEXT, -- NULL = still to come
  FOREIGN KEY (MatterId) REFERENCES Matter (MatterId)
);
