CREATE TABLE HCMP ( -- operating companies
  CoNo INTEGER NOT NULL PRIMARY KEY CHECK (CoNo IN (1,2,3)),
  CoName TEXT NOT NULL,
  HomeCity TEXT NOT NULL
);
CREATE TABLE HCUS ( -- customers
  CoNo INTEGER NOT NULL,
  CustNo INTEGER NOT NULL,
  CustName TEXT NOT NULL,
  CustClass TEXT NOT NULL CHECK (CustClass IN ('R','C','M')), -- R residential, C commercial, M municipal
  City TEXT NOT NULL,
  TermsDays INTEGER NOT NULL,
  OnStop TEXT NOT NULL CHECK (OnStop IN ('Y','N')), -- Y service stopped for non-payment
  OpenedDt TEXT NOT NULL,
  PRIMARY KEY (CoNo, CustNo),
  FOREIGN KEY (CoNo) REFERENCES HCMP (CoNo)
);
CREATE TABLE HSIT ( -- service sites
  CoNo INTEGER NOT NULL,
  SiteNo INTEGER NOT NULL,
  CustNo INTEGER NOT NULL,
  SiteName TEXT NOT NULL,
  RouteCd TEXT,
  BinSize REAL NOT NULL, -- cubic yards
  PickupsWk INTEGER NOT NULL,
  PRIMARY KEY (CoNo, SiteNo),
  FOREIGN KEY (CoNo, CustNo) REFERENCES HCUS (CoNo, CustNo),
  FOREIGN KEY (CoNo, RouteCd) REFERENCES HRTE (CoNo, RouteCd)
);
CREATE TABLE HRTE ( -- routes
  CoNo INTEGER NOT NULL,
  RouteCd TEXT NOT NULL,
  RouteDesc TEXT NOT NULL,
  WeekDay INTEGER NOT NULL CHECK (WeekDay BETWEEN 1 AND 6), -- 1 Monday
  DrvNo INTEGER,
  PRIMARY KEY (CoNo, RouteCd),
  FOREIGN KEY (CoNo, DrvNo) REFERENCES HDRV (CoNo, DrvNo)
);
CREATE TABLE HDRV ( -- drivers
  CoNo INTEGER NOT NULL,
  DrvNo INTEGER NOT NULL,
  DrvName TEXT NOT NULL,
  LicClass TEXT NOT NULL CHECK (LicClass IN ('A','B')),
  HiredDt TEXT NOT NULL,
  LeftDt TEXT, -- NULL = still with us
  HourRate REAL NOT NULL,
  PRIMARY KEY (CoNo, DrvNo)
);
CREATE TABLE HTRK ( -- trucks
  CoNo INTEGER NOT NULL,
  TruckNo TEXT NOT NULL,
  Make TEXT NOT NULL,
  ModelYr INTEGER NOT NULL,
  CapTons REAL NOT NULL,
  TruckStat TEXT NOT NULL CHECK (TruckStat IN ('S','D','R')), -- S in service, D down, R retired
  PRIMARY KEY (CoNo, TruckNo)
);
CREATE TABLE HDSP ( -- disposal places
  DispCd TEXT NOT NULL PRIMARY KEY,
  DispName TEXT NOT NULL,
  DispKind TEXT NOT NULL CHECK (DispKind IN ('L','T','C')), -- L landfill, T transfer station, C compost
  GateFee REAL NOT NULL -- per ton
);
CREATE TABLE HTKT ( -- weigh tickets
  CoNo INTEGER NOT NULL,
  TktNo INTEGER NOT NULL,
  TktDt TEXT NOT NULL,
  TruckNo TEXT NOT NULL,
  DrvNo INTEGER NOT NULL,
  RouteCd TEXT,
  DispCd TEXT NOT NULL,
  MatCd TEXT NOT NULL,
  NetTons REAL NOT NULL,
  FeeAmt REAL NOT NULL, -- charged by the disposal place
  PRIMARY KEY (CoNo, TktNo),
  FOREIGN KEY (CoNo, TruckNo) REFERENCES HTRK (CoNo, TruckNo),
  FOREIGN KEY (CoNo, DrvNo) REFERENCES HDRV (CoNo, DrvNo),
  FOREIGN KEY (CoNo, RouteCd) REFERENCES HRTE (CoNo, RouteCd),
  FOREIGN KEY (DispCd) REFERENCES HDSP (DispCd),
  FOREIGN KEY (MatCd) REFERENCES HMAT (MatCd)
);
CREATE TABLE HMAT ( -- kinds of material
  MatCd TEXT NOT NULL PRIMARY KEY,
  MatDesc TEXT NOT NULL,
  Recyc TEXT NOT NULL CHECK (Recyc IN ('Y','N'))
);
CREATE TABLE HINV ( -- invoices to customers
  CoNo INTEGER NOT NULL,
  InvNo TEXT NOT NULL,
  CustNo INTEGER NOT NULL,
  InvMon TEXT NOT NULL, -- first of the month
  InvDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  BillAmt REAL NOT NULL,
  RecdAmt REAL NOT NULL, -- received so far
  DispFlag TEXT NOT NULL CHECK (DispFlag IN ('Y','N')), -- Y disputed
  ClosedDt TEXT, -- NULL = open
  PRIMARY KEY (CoNo, InvNo),
  FOREIGN KEY (CoNo, CustNo) REFERENCES HCUS (CoNo, CustNo)
);
CREATE TABLE HINL ( -- invoice lines
  CoNo INTEGER NOT NULL,
  InvNo TEXT NOT NULL,
  LineNo INTEGER NOT NULL,
  SiteNo INTEGER,
  SvcCd TEXT NOT NULL,
  Qty REAL NOT NULL,
  LineAmt REAL NOT NULL,
  PRIMARY KEY (CoNo, InvNo, LineNo),
  FOREIGN KEY (CoNo, InvNo) REFERENCES HINV (CoNo, InvNo),
  FOREIGN KEY (CoNo, SiteNo) REFERENCES HSIT (CoNo, SiteNo),
  FOREIGN KEY (SvcCd) REFERENCES HSVC (SvcCd)
);
CREATE TABLE HSVC ( -- services
  SvcCd TEXT NOT NULL PRIMARY KEY,
  SvcDesc TEXT NOT NULL,
  UnitPrice REAL NOT NULL,
  Taxable TEXT NOT NULL CHECK (Taxable IN ('Y','N'))
);
CREATE TABLE HRPR ( -- truck repairs
  CoNo INTEGER NOT NULL,
  RprNo INTEGER NOT NULL,
  TruckNo TEXT NOT NULL,
  OpenDt TEXT NOT NULL,
  DoneDt TEXT, -- NULL = in the shop
  Cause TEXT NOT NULL,
  PartsAmt REAL NOT NULL,
  LabAmt REAL NOT NULL,
  PRIMARY KEY (CoNo, RprNo),
  FOREIGN KEY (CoNo, TruckNo) REFERENCES HTRK (CoNo, TruckNo)
);
CREATE TABLE HBUD ( -- tons and cost per route and month: plan and actual
  CoNo INTEGER NOT NULL,
  RouteCd TEXT NOT NULL,
  Mon TEXT NOT NULL, -- first of the month
  PlanTons REAL NOT NULL,
  PlanCost REAL NOT NULL,
  ActCost REAL NOT NULL,
  PRIMARY KEY (CoNo, RouteCd, Mon),
  FOREIGN KEY (CoNo, RouteCd) REFERENCES HRTE (CoNo, RouteCd)
);
