CREATE TABLE BRCH ( -- branches
  Br INTEGER NOT NULL PRIMARY KEY,
  BrName TEXT NOT NULL,
  Region TEXT NOT NULL,
  Manager TEXT NOT NULL
);
CREATE TABLE WKMS ( -- workers
  Br INTEGER NOT NULL,
  WkrNo INTEGER NOT NULL,
  FirstNm TEXT NOT NULL,
  LastNm TEXT NOT NULL,
  Trade TEXT NOT NULL,
  City TEXT NOT NULL,
  StartDt TEXT NOT NULL,
  ExitDt TEXT, -- NULL = available or placed
  BaseRate REAL NOT NULL, -- per hour
  WkrStat TEXT NOT NULL CHECK (WkrStat IN ('A','P','B')), -- A available, P placed, B blocked
  PRIMARY KEY (Br, WkrNo),
  FOREIGN KEY (Br) REFERENCES BRCH (Br)
);
CREATE TABLE CLMS ( -- client firms
  Br INTEGER NOT NULL,
  ClNo INTEGER NOT NULL,
  ClName TEXT NOT NULL,
  Industry TEXT NOT NULL,
  ClCity TEXT NOT NULL,
  CredLim REAL, -- NULL = unlimited
  ClStat TEXT NOT NULL CHECK (ClStat IN ('A','S')), -- A active, S suspended
  PRIMARY KEY (Br, ClNo),
  FOREIGN KEY (Br) REFERENCES BRCH (Br)
);
CREATE TABLE ASGN ( -- assignments of workers to clients
  Br INTEGER NOT NULL,
  AsgNo TEXT NOT NULL,
  WkrNo INTEGER NOT NULL,
  ClNo INTEGER NOT NULL,
  AsgTitle TEXT NOT NULL,
  FromDt TEXT NOT NULL,
  ToDt TEXT, -- NULL = open end
  PayRate REAL NOT NULL,
  BillRate REAL NOT NULL,
  PRIMARY KEY (Br, AsgNo),
  FOREIGN KEY (Br, WkrNo) REFERENCES WKMS (Br, WkrNo),
  FOREIGN KEY (Br, ClNo) REFERENCES CLMS (Br, ClNo)
);
CREATE TABLE HRTP ( -- kinds of hours
  HrCd TEXT NOT NULL PRIMARY KEY,
  HrDesc TEXT NOT NULL, -- Normal, Overtime, Sunday, Holiday, Sick
  Factor REAL NOT NULL
);
CREATE TABLE TSHD ( -- timesheet lines
  Br INTEGER NOT NULL,
  TsNo INTEGER NOT NULL,
  WeekEnd TEXT NOT NULL, -- last day of the week
  AsgNo TEXT NOT NULL,
  WkrNo INTEGER NOT NULL,
  HrCd TEXT NOT NULL,
  Hrs REAL NOT NULL,
  PayAmt REAL NOT NULL,
  BillAmt REAL NOT NULL,
  Apprvd TEXT NOT NULL CHECK (Apprvd IN ('Y','N')),
  PRIMARY KEY (Br, TsNo),
  FOREIGN KEY (Br, AsgNo) REFERENCES ASGN (Br, AsgNo),
  FOREIGN KEY (Br, WkrNo) REFERENCES WKMS (Br, WkrNo),
  FOREIGN KEY (HrCd) REFERENCES HRTP (HrCd)
);
CREATE TABLE DEDN ( -- deductions from pay
  Br INTEGER NOT NULL,
  DedNo INTEGER NOT NULL,
  WkrNo INTEGER NOT NULL,
  PayDt TEXT NOT NULL,
  DedKind TEXT NOT NULL CHECK (DedKind IN ('TAX','PEN','ADV','UNI')), -- PEN pension, ADV advance, UNI union dues
  DedAmt REAL NOT NULL,
  PRIMARY KEY (Br, DedNo),
  FOREIGN KEY (Br, WkrNo) REFERENCES WKMS (Br, WkrNo)
);
CREATE TABLE CERT ( -- certificates of workers
  Br INTEGER NOT NULL,
  WkrNo INTEGER NOT NULL,
  CertCd TEXT NOT NULL,
  Issued TEXT NOT NULL,
  Expires TEXT, -- NULL = for life
  PRIMARY KEY (Br, WkrNo, CertCd),
  FOREIGN KEY (Br, WkrNo) REFERENCES WKMS (Br, WkrNo)
);
CREATE TABLE CINV ( -- invoices to clients
  Br INTEGER NOT NULL,
  InvId INTEGER NOT NULL,
  ClNo INTEGER NOT NULL,
  InvDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  FiscPer TEXT NOT NULL, -- first of the month
  InvKind TEXT NOT NULL CHECK (InvKind IN ('S','C')), -- S services, C credit note
  InvAmt REAL NOT NULL,
  PaidAmt REAL NOT NULL,
  SettledDt TEXT, -- NULL = outstanding
  PRIMARY KEY (Br, InvId),
  FOREIGN KEY (Br, ClNo) REFERENCES CLMS (Br, ClNo)
);
CREATE TABLE SUBV ( -- suppliers: insurers, trainers, landlords
  SupId INTEGER NOT NULL PRIMARY KEY,
  SupNm TEXT NOT NULL,
  Kind TEXT NOT NULL CHECK (Kind IN ('I','T','L','O')), -- I insurer, T trainer, L landlord, O other
  TaxId TEXT
);
CREATE TABLE SBIL ( -- bills from suppliers
  Br INTEGER NOT NULL,
  BillNo TEXT NOT NULL,
  SupId INTEGER NOT NULL,
  BillDt TEXT NOT NULL,
  DueOn TEXT NOT NULL,
  Total REAL NOT NULL,
  AcctNo TEXT NOT NULL,
  Blocked TEXT, -- reason of a payment block, NULL = free
  PaidOn TEXT, -- NULL = unpaid
  PRIMARY KEY (Br, BillNo),
  FOREIGN KEY (SupId) REFERENCES SUBV (SupId),
  FOREIGN KEY (AcctNo) REFERENCES LACC (AcctNo)
);
CREATE TABLE LACC ( -- ledger accounts
  AcctNo TEXT NOT NULL PRIMARY KEY,
  AcctName TEXT NOT NULL,
  AcctType TEXT NOT NULL CHECK (AcctType IN ('R','E','B')) -- R revenue, E expense, B balance sheet
);
CREATE TABLE LBAL ( -- ledger per branch, account and month
  Br INTEGER NOT NULL,
  AcctNo TEXT NOT NULL,
  FiscPer TEXT NOT NULL,
  NetAmt REAL NOT NULL, -- debits less credits
  BudAmt REAL NOT NULL,
  PRIMARY KEY (Br, AcctNo, FiscPer),
  FOREIGN KEY (Br) REFERENCES BRCH (Br),
  FOREIGN KEY (AcctNo) REFERENCES LACC (AcctNo)
);
