CREATE TABLE BRCH ( -- a branch office of the agency
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  BrNo INTEGER NOT NULL,
  BrName TEXT NOT NULL,
  City TEXT,
  PRIMARY KEY (Co, BrNo)
);
CREATE TABLE WKMS ( -- a temporary worker on our books
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  WkNo INTEGER NOT NULL,
  LastNm TEXT NOT NULL,
  FirstNm TEXT NOT NULL,
  BrNo INTEGER NOT NULL,
  Trade TEXT NOT NULL CHECK (Trade IN ('WELDER','FORKLIFT','NURSE','CLERK','PACKER','ELECTRICIAN')),
  WkStat TEXT NOT NULL CHECK (WkStat IN ('A','H','I')), -- A active, H on hold, I inactive
  HireDt TEXT NOT NULL,
  TermDt TEXT, -- NULL = still with us
  BaseRt REAL CHECK (BaseRt BETWEEN 12 AND 48), -- pay per hour
  City TEXT,
  PRIMARY KEY (Co, WkNo),
  FOREIGN KEY (Co, BrNo) REFERENCES BRCH (Co, BrNo)
);
CREATE TABLE CLMS ( -- a client who hires workers
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  ClNo INTEGER NOT NULL,
  ClName TEXT NOT NULL,
  City TEXT,
  ClStat TEXT NOT NULL CHECK (ClStat IN ('A','S','C')), -- A active, S credit stop, C closed
  CrLim REAL CHECK (CrLim BETWEEN 15000 AND 250000), -- credit limit
  TermDays INTEGER CHECK (TermDays IN (14,30,45,60)), -- days to pay
  PRIMARY KEY (Co, ClNo)
);
CREATE TABLE ASGN ( -- one worker placed with one client
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  AsNo INTEGER NOT NULL,
  WkNo INTEGER NOT NULL,
  ClNo INTEGER NOT NULL,
  JobTtl TEXT,
  StartDt TEXT NOT NULL,
  EndDt TEXT, -- NULL = open-ended
  PayRt REAL CHECK (PayRt BETWEEN 12 AND 48), -- paid to the worker per hour
  BillRt REAL CHECK (BillRt BETWEEN 20 AND 85), -- charged to the client per hour
  Shift TEXT CHECK (Shift IN ('D','E','N')), -- D day, E evening, N night
  AsStat TEXT NOT NULL CHECK (AsStat IN ('P','R','E','X')), -- P planned, R running, E ended, X broken off
  PRIMARY KEY (Co, AsNo),
  FOREIGN KEY (Co, WkNo) REFERENCES WKMS (Co, WkNo),
  FOREIGN KEY (Co, ClNo) REFERENCES CLMS (Co, ClNo)
);
CREATE TABLE HTCD ( -- code table of hour types
  HrTyp TEXT NOT NULL PRIMARY KEY CHECK (HrTyp IN ('REG','OT1','OT2','SICK','HOL','TRVL')),
  HrDesc TEXT NOT NULL UNIQUE CHECK (HrDesc IN ('Regular','Overtime 50','Overtime 100','Sick pay','Public holiday','Travel time')),
  PayFac REAL CHECK (PayFac BETWEEN 0.5 AND 2), -- times the pay rate
  Billable TEXT CHECK (Billable IN ('Y','N'))
);
CREATE TABLE TSHD ( -- a worker's timesheet for one week
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  TsNo INTEGER NOT NULL,
  AsNo INTEGER NOT NULL,
  WkEndDt TEXT NOT NULL, -- Sunday that ends the week
  TsStat TEXT NOT NULL CHECK (TsStat IN ('O','S','P','R')), -- O open, S signed, P paid, R rejected
  SignDt TEXT, -- NULL = client has not signed
  PRIMARY KEY (Co, TsNo),
  FOREIGN KEY (Co, AsNo) REFERENCES ASGN (Co, AsNo)
);
CREATE TABLE TSLN ( -- hours of one type on a timesheet
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  TsNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  HrTyp TEXT NOT NULL,
  Hrs REAL CHECK (Hrs BETWEEN 1 AND 48),
  PayAmt REAL CHECK (PayAmt BETWEEN 20 AND 1900), -- gross to the worker
  BillAmt REAL CHECK (BillAmt BETWEEN 30 AND 3400), -- charged to the client
  PRIMARY KEY (Co, TsNo, LnNo),
  FOREIGN KEY (Co, TsNo) REFERENCES TSHD (Co, TsNo),
  FOREIGN KEY (HrTyp) REFERENCES HTCD (HrTyp)
);
CREATE TABLE PYRN ( -- a weekly or monthly pay run
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  RunNo INTEGER NOT NULL,
  RunDt TEXT NOT NULL,
  PayFreq TEXT CHECK (PayFreq IN ('W','M')), -- W weekly, M monthly
  RunStat TEXT NOT NULL CHECK (RunStat IN ('D','C','B')), -- D draft, C calculated, B sent to bank
  PRIMARY KEY (Co, RunNo)
);
CREATE TABLE PYDT ( -- one worker's pay in a run
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  RunNo INTEGER NOT NULL,
  WkNo INTEGER NOT NULL,
  GrossAmt REAL CHECK (GrossAmt BETWEEN 300 AND 4200),
  TaxAmt REAL CHECK (TaxAmt BETWEEN 20 AND 900),
  NetAmt REAL CHECK (NetAmt BETWEEN 200 AND 3300),
  PayMeth TEXT CHECK (PayMeth IN ('T','C','K')), -- T transfer, C cheque, K cash
  PRIMARY KEY (Co, RunNo, WkNo),
  FOREIGN KEY (Co, RunNo) REFERENCES PYRN (Co, RunNo),
  FOREIGN KEY (Co, WkNo) REFERENCES WKMS (Co, WkNo)
);
CREATE TABLE DDCD ( -- code table of deductions
  DdCd TEXT NOT NULL PRIMARY KEY CHECK (DdCd IN ('PEN','UNI','GARN','LOAN','HLTH','TOOL')),
  DdDesc TEXT NOT NULL UNIQUE CHECK (DdDesc IN ('Pension','Uniform','Wage garnishment','Advance repayment','Health plan','Tool deposit')),
  PreTax TEXT CHECK (PreTax IN ('Y','N')) -- taken before tax
);
CREATE TABLE PYDD ( -- a deduction from one worker's pay
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  RunNo INTEGER NOT NULL,
  WkNo INTEGER NOT NULL,
  DdCd TEXT NOT NULL,
  DdAmt REAL CHECK (DdAmt BETWEEN 5 AND 320),
  PRIMARY KEY (Co, RunNo, WkNo, DdCd),
  FOREIGN KEY (Co, RunNo, WkNo) REFERENCES PYDT (Co, RunNo, WkNo),
  FOREIGN KEY (DdCd) REFERENCES DDCD (DdCd)
);
CREATE TABLE INHD ( -- an invoice to a client
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  InNo INTEGER NOT NULL,
  ClNo INTEGER NOT NULL,
  InDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  InvAmt REAL CHECK (InvAmt BETWEEN 900 AND 38000), -- with tax
  PaidAmt REAL CHECK (PaidAmt BETWEEN 0 AND 20000), -- paid so far
  InStat TEXT NOT NULL CHECK (InStat IN ('O','P','D','V')), -- O open, P paid, D disputed, V void
  PRIMARY KEY (Co, InNo),
  FOREIGN KEY (Co, ClNo) REFERENCES CLMS (Co, ClNo)
);
CREATE TABLE INLN ( -- an invoice line, one per timesheet
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  InNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  TsNo INTEGER, -- NULL = fee without a timesheet
  LnDesc TEXT CHECK (LnDesc IN ('Weekly hours','Overtime surcharge','Placement fee','Travel allowance','Safety gear')),
  LnAmt REAL CHECK (LnAmt BETWEEN 40 AND 3800), -- net of tax
  PRIMARY KEY (Co, InNo, LnNo),
  FOREIGN KEY (Co, InNo) REFERENCES INHD (Co, InNo),
  FOREIGN KEY (Co, TsNo) REFERENCES TSHD (Co, TsNo)
);
CREATE TABLE WKCT ( -- a certificate held by a worker
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  WkNo INTEGER NOT NULL,
  CtTyp TEXT NOT NULL CHECK (CtTyp IN ('FORK','FIRST','WELD','HYGN','CRANE','BGCK')), -- FORK forklift, FIRST first aid, WELD welding, HYGN food hygiene, CRANE crane, BGCK background check
  IssDt TEXT,
  ExpDt TEXT, -- NULL = never expires
  CtStat TEXT CHECK (CtStat IN ('V','X','P')), -- V verified, X refused, P to be checked
  PRIMARY KEY (Co, WkNo, CtTyp),
  FOREIGN KEY (Co, WkNo) REFERENCES WKMS (Co, WkNo)
);
CREATE TABLE INSP ( -- an insurance policy of the agency
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  PolNo INTEGER NOT NULL,
  Insurer TEXT CHECK (Insurer IN ('Northgate Mutual','Harbour Re','Veritas','Allmark','Eagle Casualty')),
  PolTyp TEXT CHECK (PolTyp IN ('WC','GL','PL')), -- WC workers' compensation, GL general liability, PL professional liability
  EffDt TEXT NOT NULL,
  ExpDt TEXT NOT NULL,
  PremAmt REAL CHECK (PremAmt BETWEEN 4000 AND 64000), -- premium per year
  CovAmt REAL CHECK (CovAmt BETWEEN 250000 AND 5000000), -- cover per claim
  PRIMARY KEY (Co, PolNo)
);
CREATE TABLE LDAC ( -- a ledger account
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  AcNo INTEGER NOT NULL CHECK (AcNo BETWEEN 1000 AND 7999),
  AcName TEXT NOT NULL CHECK (AcName IN ('Wages','Payroll tax','Rent','Advertising','Training','Client revenue','Placement revenue','Vehicle cost','Bank','Receivables')),
  AcTyp TEXT NOT NULL CHECK (AcTyp IN ('R','E','B')), -- R revenue, E expense, B balance sheet
  Active TEXT CHECK (Active IN ('Y','N')),
  PRIMARY KEY (Co, AcNo)
);
CREATE TABLE LDMT ( -- month totals of an account
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  AcNo INTEGER NOT NULL,
  Mth TEXT NOT NULL CHECK (Mth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  ActAmt REAL CHECK (ActAmt BETWEEN 500 AND 90000), -- posted in the month
  BudAmt REAL CHECK (BudAmt BETWEEN 500 AND 90000),
  PRIMARY KEY (Co, AcNo, Mth),
  FOREIGN KEY (Co, AcNo) REFERENCES LDAC (Co, AcNo)
);
