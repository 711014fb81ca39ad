CREATE TABLE UBDI ( -- one row per service district
  DistNo INTEGER PRIMARY KEY CHECK (DistNo IN (1,2,3,4)),
  DistNm TEXT NOT NULL UNIQUE CHECK (DistNm IN ('North Valley','Lakeside','Old Town','East Ridge')),
  MgrNm TEXT
);
CREATE TABLE UBRT ( -- rate schedule (tariff)
  RateCd TEXT PRIMARY KEY CHECK (RateCd IN ('RES','COM','IND','IRR','MUN')), -- tariff code
  RateDesc TEXT NOT NULL UNIQUE CHECK (RateDesc IN ('Residential','Commercial','Industrial','Irrigation','Municipal')),
  UtilTyp TEXT NOT NULL CHECK (UtilTyp IN ('W','P')), -- W water, P power
  BaseChg REAL CHECK (BaseChg BETWEEN 8 AND 95), -- fixed charge per month
  UnitPrc REAL CHECK (UnitPrc BETWEEN 0.08 AND 4.5), -- price per unit used
  EffDt TEXT
);
CREATE TABLE UBCC ( -- charge code on bills
  ChgCd TEXT PRIMARY KEY CHECK (ChgCd IN ('BASE','CONS','FUEL','SEWR','LATE','RECN','TAX')),
  ChgDesc TEXT NOT NULL UNIQUE CHECK (ChgDesc IN ('Base charge','Consumption','Fuel adjustment','Sewer','Late fee','Reconnection','Utility tax')),
  RevAcct INTEGER CHECK (RevAcct IN (4010,4020,4030,4100,4200)), -- revenue account number
  TaxYn TEXT CHECK (TaxYn IN ('Y','N')) -- Y = subject to tax
);
CREATE TABLE UBAC ( -- customer account
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  AcctNo INTEGER NOT NULL,
  CustNm TEXT NOT NULL,
  MailCity TEXT,
  Phone TEXT,
  CustCls TEXT NOT NULL CHECK (CustCls IN ('R','C','I','G')), -- R residential, C commercial, I industrial, G government
  AcctSts TEXT NOT NULL CHECK (AcctSts IN ('A','F','S','W')), -- A active, F final billed, S shut off, W written off
  OpenDt TEXT NOT NULL,
  CloseDt TEXT, -- NULL = still open
  DepAmt REAL CHECK (DepAmt BETWEEN 0 AND 600), -- security deposit held
  AutoPay TEXT CHECK (AutoPay IN ('Y','N')),
  PRIMARY KEY (DistNo, AcctNo),
  FOREIGN KEY (DistNo) REFERENCES UBDI (DistNo)
);
CREATE TABLE UBSP ( -- service point (premise connection)
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  SpNo INTEGER NOT NULL,
  AcctNo INTEGER NOT NULL,
  RateCd TEXT NOT NULL,
  StrAddr TEXT NOT NULL,
  RteNo INTEGER CHECK (RteNo BETWEEN 10 AND 40), -- reading route
  ConnDt TEXT,
  SpSts TEXT NOT NULL CHECK (SpSts IN ('C','D','P')), -- C connected, D disconnected, P pending
  PRIMARY KEY (DistNo, SpNo),
  FOREIGN KEY (DistNo, AcctNo) REFERENCES UBAC (DistNo, AcctNo),
  FOREIGN KEY (RateCd) REFERENCES UBRT (RateCd)
);
CREATE TABLE UBMT ( -- meter
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  MtrNo INTEGER NOT NULL,
  SpNo INTEGER NOT NULL,
  SerNo TEXT,
  Mfr TEXT CHECK (Mfr IN ('Badger','Itron','Neptune','Sensus','Landis')), -- maker
  MtrTyp TEXT NOT NULL CHECK (MtrTyp IN ('M','A','S')), -- M manual, A drive-by radio, S smart
  InstDt TEXT,
  LstTstDt TEXT, -- NULL = never tested
  MtrCost REAL CHECK (MtrCost BETWEEN 60 AND 1900),
  PRIMARY KEY (DistNo, MtrNo),
  FOREIGN KEY (DistNo, SpNo) REFERENCES UBSP (DistNo, SpNo)
);
CREATE TABLE UBRD ( -- one meter reading
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  MtrNo INTEGER NOT NULL,
  RdDt TEXT NOT NULL,
  RdVal INTEGER CHECK (RdVal BETWEEN 1000 AND 99000), -- dial reading
  UseQty REAL CHECK (UseQty BETWEEN 1 AND 2400), -- units since previous reading
  RdSrc TEXT NOT NULL CHECK (RdSrc IN ('A','E','C')), -- A actual, E estimated, C customer's own
  RdrNm TEXT, -- meter reader
  PRIMARY KEY (DistNo, MtrNo, RdDt),
  FOREIGN KEY (DistNo, MtrNo) REFERENCES UBMT (DistNo, MtrNo)
);
CREATE TABLE UBBH ( -- bill header
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  BillNo INTEGER NOT NULL,
  AcctNo INTEGER NOT NULL,
  BillMth TEXT NOT NULL CHECK (BillMth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  BillDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  BillAmt REAL NOT NULL CHECK (BillAmt BETWEEN 20 AND 4800),
  PaidAmt REAL NOT NULL CHECK (PaidAmt BETWEEN 0 AND 4800), -- paid so far
  BillSts TEXT NOT NULL CHECK (BillSts IN ('O','P','D','X')), -- O open, P paid, D disputed, X cancelled
  PRIMARY KEY (DistNo, BillNo),
  FOREIGN KEY (DistNo, AcctNo) REFERENCES UBAC (DistNo, AcctNo)
);
CREATE TABLE UBBL ( -- bill line
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  BillNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  ChgCd TEXT NOT NULL,
  Qty REAL CHECK (Qty BETWEEN 1 AND 900), -- units billed
  LnAmt REAL CHECK (LnAmt BETWEEN 2 AND 1600),
  PRIMARY KEY (DistNo, BillNo, LnNo),
  FOREIGN KEY (DistNo, BillNo) REFERENCES UBBH (DistNo, BillNo),
  FOREIGN KEY (ChgCd) REFERENCES UBCC (ChgCd)
);
CREATE TABLE UBPY ( -- payment received
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  PayNo INTEGER NOT NULL,
  AcctNo INTEGER NOT NULL,
  BillNo INTEGER, -- NULL = unapplied cash
  PayDt TEXT NOT NULL,
  PayAmt REAL NOT NULL CHECK (PayAmt BETWEEN 10 AND 3900),
  PayTyp TEXT NOT NULL CHECK (PayTyp IN ('CK','CA','CC','AC','WB')), -- CK check, CA cash, CC card, AC bank draft, WB website
  RtnYn TEXT CHECK (RtnYn IN ('Y','N')), -- Y = bounced
  PRIMARY KEY (DistNo, PayNo),
  FOREIGN KEY (DistNo, AcctNo) REFERENCES UBAC (DistNo, AcctNo),
  FOREIGN KEY (DistNo, BillNo) REFERENCES UBBH (DistNo, BillNo)
);
CREATE TABLE UBCR ( -- field crew
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  CrewNo INTEGER NOT NULL,
  CrewNm TEXT NOT NULL,
  LeadNm TEXT, -- foreman
  CrewSz INTEGER CHECK (CrewSz BETWEEN 2 AND 8), -- people in it
  HrRate REAL CHECK (HrRate BETWEEN 45 AND 160), -- cost per crew hour
  PRIMARY KEY (DistNo, CrewNo),
  FOREIGN KEY (DistNo) REFERENCES UBDI (DistNo)
);
CREATE TABLE UBOC ( -- outage cause
  CauseCd TEXT PRIMARY KEY CHECK (CauseCd IN ('STM','TRE','EQP','ANM','DIG','BRK')),
  CauseDesc TEXT NOT NULL UNIQUE CHECK (CauseDesc IN ('Storm','Tree on line','Equipment failure','Animal contact','Dig-in','Main break'))
);
CREATE TABLE UBOT ( -- outage
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  OutNo INTEGER NOT NULL,
  CauseCd TEXT NOT NULL,
  StartDt TEXT NOT NULL,
  EndDt TEXT, -- service restored, NULL = still out
  CustQty INTEGER CHECK (CustQty BETWEEN 25 AND 2600), -- customers affected
  PlanYn TEXT CHECK (PlanYn IN ('Y','N')), -- Y = planned shutdown
  PRIMARY KEY (DistNo, OutNo),
  FOREIGN KEY (DistNo) REFERENCES UBDI (DistNo),
  FOREIGN KEY (CauseCd) REFERENCES UBOC (CauseCd)
);
CREATE TABLE UBWO ( -- crew work order
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  WoNo INTEGER NOT NULL,
  CrewNo INTEGER NOT NULL,
  OutNo INTEGER, -- NULL = routine work
  WoTyp TEXT CHECK (WoTyp IN ('LEAK','MTRX','TRIM','POLE','INSP')), -- leak repair, meter exchange, trimming, pole, inspection
  Prio INTEGER CHECK (Prio IN (1,2,3)), -- 1 emergency, 2 urgent, 3 routine
  OpenDt TEXT NOT NULL,
  CloseDt TEXT, -- NULL = unfinished
  LabHrs REAL CHECK (LabHrs BETWEEN 1 AND 60),
  MatCost REAL CHECK (MatCost BETWEEN 0 AND 7500),
  PRIMARY KEY (DistNo, WoNo),
  FOREIGN KEY (DistNo, CrewNo) REFERENCES UBCR (DistNo, CrewNo),
  FOREIGN KEY (DistNo, OutNo) REFERENCES UBOT (DistNo, OutNo)
);
CREATE TABLE UBDP ( -- department
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  DeptNo INTEGER NOT NULL CHECK (DeptNo IN (10,20,30,40,50)),
  DeptNm TEXT NOT NULL CHECK (DeptNm IN ('Treatment','Distribution','Metering','Customer Service','Line Operations')),
  HeadNm TEXT,
  PRIMARY KEY (DistNo, DeptNo),
  FOREIGN KEY (DistNo) REFERENCES UBDI (DistNo)
);
CREATE TABLE UBBG ( -- budget per department and period
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  DeptNo INTEGER NOT NULL CHECK (DeptNo IN (10,20,30,40,50)),
  Period TEXT NOT NULL CHECK (Period IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  BudAmt REAL NOT NULL CHECK (BudAmt BETWEEN 9000 AND 140000),
  BudHrs REAL CHECK (BudHrs BETWEEN 150 AND 2000), -- budgeted labor hours
  PRIMARY KEY (DistNo, DeptNo, Period),
  FOREIGN KEY (DistNo, DeptNo) REFERENCES UBDP (DistNo, DeptNo)
);
CREATE TABLE UBEX ( -- expense posting (actual)
  DistNo INTEGER NOT NULL CHECK (DistNo IN (1,2,3,4)),
  PostNo INTEGER NOT NULL,
  DeptNo INTEGER NOT NULL CHECK (DeptNo IN (10,20,30,40,50)),
  Period TEXT NOT NULL CHECK (Period IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  PostDt TEXT NOT NULL,
  ExpTyp TEXT NOT NULL CHECK (ExpTyp IN ('L','M','F','O')), -- L labor, M material, F fleet, O other
  ActAmt REAL NOT NULL CHECK (ActAmt BETWEEN 100 AND 42000),
  Memo TEXT,
  PRIMARY KEY (DistNo, PostNo),
  FOREIGN KEY (DistNo, DeptNo) REFERENCES UBDP (DistNo, DeptNo)
);
