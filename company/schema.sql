-- The ERP of a construction and service business. DDL of our own; the abbreviated names follow the habit of such systems.
-- Keys begin with a company number (Co); customers and vendors belong to groups that companies share.
-- Every Mth is the first day of a month ('2025-11-01'); every date is ISO text. A comment stands only where the name does not say it.

CREATE TABLE APCO ( -- company parameters
  Co INTEGER NOT NULL PRIMARY KEY,
  Name TEXT NOT NULL,
  State TEXT NOT NULL,
  CustGroup INTEGER NOT NULL,
  VendGroup INTEGER NOT NULL,
  RetPct REAL NOT NULL, -- usual retainage %
  LastMthClosed TEXT NOT NULL
);
CREATE TABLE ARCM ( -- customers
  CustGroup INTEGER NOT NULL,
  Customer INTEGER NOT NULL,
  Name TEXT NOT NULL,
  City TEXT NOT NULL,
  State TEXT NOT NULL,
  CreditLimit REAL, -- NULL = no limit
  Status TEXT NOT NULL, -- A active, H on hold, I inactive
  PRIMARY KEY (CustGroup, Customer)
);
CREATE TABLE JCJM ( -- jobs
  Co INTEGER NOT NULL,
  Job TEXT NOT NULL,
  Description TEXT NOT NULL,
  CustGroup INTEGER NOT NULL,
  Customer INTEGER NOT NULL,
  JobStatus INTEGER NOT NULL, -- 0 pending, 1 open, 2 soft closed, 3 closed
  ProjMgr TEXT NOT NULL,
  StartDate TEXT NOT NULL,
  CloseDate TEXT, -- NULL = still running
  ContractAmt REAL NOT NULL,
  PRIMARY KEY (Co, Job),
  FOREIGN KEY (CustGroup, Customer) REFERENCES ARCM (CustGroup, Customer)
);
CREATE TABLE ARTH ( -- receivables: invoices and credits
  Co INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  ARTrans INTEGER NOT NULL,
  ARType TEXT NOT NULL, -- I invoice, C credit memo, F finance charge
  CustGroup INTEGER NOT NULL,
  Customer INTEGER NOT NULL,
  Job TEXT, -- NULL = service work
  Invoice TEXT NOT NULL,
  TransDate TEXT NOT NULL,
  DueDate TEXT NOT NULL,
  Amount REAL NOT NULL,
  AmtPaid REAL NOT NULL,
  Retainage REAL NOT NULL, -- held back by the customer
  PayFullDate TEXT, -- NULL = unpaid
  PRIMARY KEY (Co, Mth, ARTrans),
  FOREIGN KEY (CustGroup, Customer) REFERENCES ARCM (CustGroup, Customer),
  FOREIGN KEY (Co, Job) REFERENCES JCJM (Co, Job)
);
CREATE TABLE APVM ( -- vendors
  VendGroup INTEGER NOT NULL,
  Vendor INTEGER NOT NULL,
  Name TEXT NOT NULL,
  State TEXT NOT NULL,
  VendType TEXT NOT NULL, -- S subcontractor, M material, E equipment, O other
  InsExpDate TEXT, -- insurance ends; NULL = no certificate
  ActiveYN TEXT NOT NULL,
  PRIMARY KEY (VendGroup, Vendor)
);
CREATE TABLE APTH ( -- payables: invoice headers
  Co INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  APTrans INTEGER NOT NULL,
  VendGroup INTEGER NOT NULL,
  Vendor INTEGER NOT NULL,
  APRef TEXT NOT NULL, -- vendor's invoice number
  InvDate TEXT NOT NULL,
  DueDate TEXT NOT NULL,
  InvTotal REAL NOT NULL,
  PayFullDate TEXT, -- NULL = unpaid
  PRIMARY KEY (Co, Mth, APTrans),
  FOREIGN KEY (VendGroup, Vendor) REFERENCES APVM (VendGroup, Vendor)
);
CREATE TABLE JCCT ( -- cost types
  CostType INTEGER NOT NULL PRIMARY KEY,
  CTDesc TEXT NOT NULL -- Labor, Material, Subcontract, Equipment, Other
);
CREATE TABLE JCJP ( -- phases of jobs
  Co INTEGER NOT NULL,
  Job TEXT NOT NULL,
  Phase TEXT NOT NULL,
  PhaseDesc TEXT NOT NULL,
  PRIMARY KEY (Co, Job, Phase),
  FOREIGN KEY (Co, Job) REFERENCES JCJM (Co, Job)
);
CREATE TABLE JCCH ( -- estimates
  Co INTEGER NOT NULL,
  Job TEXT NOT NULL,
  Phase TEXT NOT NULL,
  CostType INTEGER NOT NULL,
  EstHours REAL NOT NULL,
  EstCost REAL NOT NULL,
  PRIMARY KEY (Co, Job, Phase, CostType),
  FOREIGN KEY (Co, Job, Phase) REFERENCES JCJP (Co, Job, Phase),
  FOREIGN KEY (CostType) REFERENCES JCCT (CostType)
);
CREATE TABLE JCCP ( -- job cost by month
  Co INTEGER NOT NULL,
  Job TEXT NOT NULL,
  Phase TEXT NOT NULL,
  CostType INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  ActualHours REAL NOT NULL,
  ActualCost REAL NOT NULL,
  CommittedCost REAL NOT NULL, -- ordered, not yet invoiced
  PRIMARY KEY (Co, Job, Phase, CostType, Mth),
  FOREIGN KEY (Co, Job, Phase, CostType) REFERENCES JCCH (Co, Job, Phase, CostType)
);
CREATE TABLE APTD ( -- payables: invoice lines
  Co INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  APTrans INTEGER NOT NULL,
  APLine INTEGER NOT NULL,
  Job TEXT, -- NULL = overhead
  Phase TEXT,
  CostType INTEGER,
  GLAcct TEXT NOT NULL,
  LineDesc TEXT NOT NULL,
  GrossAmt REAL NOT NULL,
  Retainage REAL NOT NULL, -- held back by us
  PaidDate TEXT, -- NULL = unpaid
  PRIMARY KEY (Co, Mth, APTrans, APLine),
  FOREIGN KEY (Co, Mth, APTrans) REFERENCES APTH (Co, Mth, APTrans),
  FOREIGN KEY (Co, Job, Phase) REFERENCES JCJP (Co, Job, Phase),
  FOREIGN KEY (CostType) REFERENCES JCCT (CostType),
  FOREIGN KEY (Co, GLAcct) REFERENCES GLAC (Co, GLAcct)
);
CREATE TABLE APHD ( -- holds on payables lines
  Co INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  APTrans INTEGER NOT NULL,
  APLine INTEGER NOT NULL,
  HoldCode TEXT NOT NULL, -- RET retainage, INS insurance, LIEN lien waiver, DISP dispute
  HoldDate TEXT NOT NULL,
  ReleaseDate TEXT, -- NULL = still held
  PRIMARY KEY (Co, Mth, APTrans, APLine, HoldCode),
  FOREIGN KEY (Co, Mth, APTrans, APLine) REFERENCES APTD (Co, Mth, APTrans, APLine)
);
CREATE TABLE JCCD ( -- job cost detail
  Co INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  CostTrans INTEGER NOT NULL,
  Job TEXT NOT NULL,
  Phase TEXT NOT NULL,
  CostType INTEGER NOT NULL,
  PostDate TEXT NOT NULL,
  Source TEXT NOT NULL, -- AP, PR, JC, EM equipment
  Hours REAL NOT NULL,
  Cost REAL NOT NULL,
  PRIMARY KEY (Co, Mth, CostTrans),
  FOREIGN KEY (Co, Job, Phase) REFERENCES JCJP (Co, Job, Phase),
  FOREIGN KEY (CostType) REFERENCES JCCT (CostType)
);
CREATE TABLE PREH ( -- employees
  Co INTEGER NOT NULL,
  Employee INTEGER NOT NULL,
  LastName TEXT NOT NULL,
  FirstName TEXT NOT NULL,
  Craft TEXT NOT NULL,
  HireDate TEXT NOT NULL,
  TermDate TEXT, -- NULL = employed
  HrlyRate REAL NOT NULL,
  PRIMARY KEY (Co, Employee)
);
CREATE TABLE PRTH ( -- timesheets
  Co INTEGER NOT NULL,
  PREndDate TEXT NOT NULL, -- week ending
  Employee INTEGER NOT NULL,
  PostSeq INTEGER NOT NULL,
  PostDate TEXT NOT NULL,
  Job TEXT, -- NULL = shop time
  Phase TEXT,
  EarnCode TEXT NOT NULL, -- REG, OT overtime, DT double time
  Hours REAL NOT NULL,
  Amt REAL NOT NULL,
  PRIMARY KEY (Co, PREndDate, Employee, PostSeq),
  FOREIGN KEY (Co, Employee) REFERENCES PREH (Co, Employee),
  FOREIGN KEY (Co, Job, Phase) REFERENCES JCJP (Co, Job, Phase)
);
CREATE TABLE GLAC ( -- ledger accounts
  Co INTEGER NOT NULL,
  GLAcct TEXT NOT NULL,
  AcctDesc TEXT NOT NULL,
  AcctType TEXT NOT NULL, -- A asset, L liability, C capital, I income, E expense
  PRIMARY KEY (Co, GLAcct)
);
CREATE TABLE GLDT ( -- ledger entries
  Co INTEGER NOT NULL,
  Mth TEXT NOT NULL,
  GLTrans INTEGER NOT NULL,
  GLAcct TEXT NOT NULL,
  ActDate TEXT NOT NULL,
  Source TEXT NOT NULL, -- AP, AR, JC, PR, GL
  Amount REAL NOT NULL, -- debit +, credit -
  PRIMARY KEY (Co, Mth, GLTrans),
  FOREIGN KEY (Co, GLAcct) REFERENCES GLAC (Co, GLAcct)
);
