CREATE TABLE TRMN ( -- one terminal (yard)
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)), -- company number
  TrmNo INTEGER NOT NULL,
  TrmName TEXT NOT NULL CHECK (TrmName IN ('Riverside','North Yard','South Yard','Airport Road','Gateway','Mill Street','Depot Nine','Union Yard')),
  City TEXT NOT NULL CHECK (City IN ('Dallas','Laredo','Columbus','Toledo','Atlanta','Savannah','Chicago','Joliet','Fresno','Ontario','Memphis','Nashville','Scranton')),
  St TEXT NOT NULL CHECK (St IN ('TX','OH','GA','IL','CA','TN','PA')),
  PRIMARY KEY (Co, TrmNo)
);
CREATE TABLE CUMS ( -- one customer (shipper)
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  CustNo INTEGER NOT NULL,
  CustName TEXT NOT NULL,
  City TEXT CHECK (City IN ('Dallas','Laredo','Columbus','Toledo','Atlanta','Savannah','Chicago','Joliet','Fresno','Ontario','Memphis','Nashville','Scranton')),
  St TEXT CHECK (St IN ('TX','OH','GA','IL','CA','TN','PA')),
  SlsRep TEXT CHECK (SlsRep IN ('Hanley','Ortiz','Whitaker','Boone','Dasgupta')),
  CrLim REAL CHECK (CrLim BETWEEN 5000 AND 150000), -- credit limit
  PayDys INTEGER CHECK (PayDys IN (15,30,45,60)), -- payment terms in days
  Stat TEXT NOT NULL CHECK (Stat IN ('A','H','I')), -- A active, H on hold, I inactive
  OpnDt TEXT NOT NULL, -- date account was opened
  PRIMARY KEY (Co, CustNo)
);
CREATE TABLE CRMS ( -- one outside carrier
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  CarNo INTEGER NOT NULL,
  CarName TEXT NOT NULL CHECK (CarName IN ('Blue Ridge Haulers','Cardinal Transport','Prairie Star Freight','Tri-Lakes Trucking','Iron Horse Lines','Coastal Reefer Express','Pike Logistics','Sandhill Carriers','Mesa Flatbed','Ninth Street Cartage','Lone Pine Transit','Delta Queen Freight')),
  Scac TEXT CHECK (Scac IN ('HJBT','SWFT','WERN','KNXT','ODFL','SAIA','RDWY','ESTE','LMEL','TQYL')), -- standard carrier alpha code
  InsExpDt TEXT, -- insurance expiry, NULL = no certificate
  SafRtg TEXT CHECK (SafRtg IN ('S','C','U')), -- S satisfactory, C conditional, U unsatisfactory
  Stat TEXT NOT NULL CHECK (Stat IN ('A','D','P')), -- A approved, D do not use, P pending
  PhoneNo TEXT,
  PRIMARY KEY (Co, CarNo)
);
CREATE TABLE DRMS ( -- one driver
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  DrvNo INTEGER NOT NULL,
  DrvName TEXT NOT NULL CHECK (DrvName IN ('Ray Colton','Marta Ruiz','Dwayne Pickett','Lou Ferris','Sam Okafor','Teresa Blum','Hank Sawyer','Julio Prado','Earl Simms','Nadia Kowal','Curtis Vance','Bo Lindgren','Wes Tarver','Ana Delgado','Gil Thorne','Pete Maddox','Rosa Nunez','Clay Jessup','Vern Adair','Inez Fuller')),
  TrmNo INTEGER NOT NULL, -- home terminal
  HirDt TEXT NOT NULL,
  EndDt TEXT, -- last day, NULL = still driving
  LicExpDt TEXT NOT NULL, -- licence expiry
  OwnOp TEXT NOT NULL CHECK (OwnOp IN ('Y','N')), -- Y owner-operator, N company driver
  RatMi REAL CHECK (RatMi BETWEEN 0.4 AND 1.9), -- pay per mile
  PRIMARY KEY (Co, DrvNo),
  FOREIGN KEY (Co, TrmNo) REFERENCES TRMN (Co, TrmNo)
);
CREATE TABLE UNMS ( -- one tractor or trailer
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  UnitNo INTEGER NOT NULL,
  UnitTyp TEXT NOT NULL CHECK (UnitTyp IN ('T','V','R','F')), -- T tractor, V van, R reefer, F flatbed
  Make TEXT CHECK (Make IN ('Freightliner','Kenworth','Peterbilt','Volvo','Great Dane','Utility','Wabash')),
  MdlYr INTEGER CHECK (MdlYr BETWEEN 2012 AND 2024),
  PurAmt REAL CHECK (PurAmt BETWEEN 18000 AND 195000), -- purchase price
  SoldDt TEXT, -- NULL = still in fleet
  PRIMARY KEY (Co, UnitNo)
);
CREATE TABLE LDHD ( -- one load
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  LdNo INTEGER NOT NULL,
  CustNo INTEGER NOT NULL,
  CarNo INTEGER, -- NULL = own truck
  DrvNo INTEGER, -- NULL = brokered out
  BkDt TEXT NOT NULL, -- date booked
  DelDt TEXT, -- NULL = not delivered yet
  Stat TEXT NOT NULL CHECK (Stat IN ('B','D','T','C','X')), -- B booked, D dispatched, T in transit, C completed, X cancelled
  EqTyp TEXT NOT NULL CHECK (EqTyp IN ('V','R','F')), -- V van, R reefer, F flatbed
  Miles INTEGER NOT NULL CHECK (Miles BETWEEN 40 AND 2600),
  WgtLb INTEGER CHECK (WgtLb BETWEEN 2000 AND 45000), -- weight in pounds
  RevAmt REAL NOT NULL CHECK (RevAmt BETWEEN 350 AND 8500), -- linehaul revenue
  CarPay REAL CHECK (CarPay BETWEEN 300 AND 6500), -- agreed pay to carrier
  PRIMARY KEY (Co, LdNo),
  FOREIGN KEY (Co, CustNo) REFERENCES CUMS (Co, CustNo),
  FOREIGN KEY (Co, CarNo) REFERENCES CRMS (Co, CarNo),
  FOREIGN KEY (Co, DrvNo) REFERENCES DRMS (Co, DrvNo)
);
CREATE TABLE LDST ( -- one stop of a load
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  LdNo INTEGER NOT NULL,
  StpSeq INTEGER NOT NULL,
  StpTyp TEXT NOT NULL CHECK (StpTyp IN ('P','D')), -- P pickup, D delivery
  City TEXT NOT NULL CHECK (City IN ('Dallas','Laredo','Columbus','Toledo','Atlanta','Savannah','Chicago','Joliet','Fresno','Ontario','Memphis','Nashville','Scranton')),
  St TEXT NOT NULL CHECK (St IN ('TX','OH','GA','IL','CA','TN','PA')),
  ApptDt TEXT NOT NULL, -- appointment day
  ArrDt TEXT, -- arrival, NULL = not there yet
  DetHrs REAL CHECK (DetHrs BETWEEN 0 AND 9), -- hours of detention
  PRIMARY KEY (Co, LdNo, StpSeq),
  FOREIGN KEY (Co, LdNo) REFERENCES LDHD (Co, LdNo)
);
CREATE TABLE CHCD ( -- one kind of extra charge
  ChgCd TEXT NOT NULL PRIMARY KEY CHECK (ChgCd IN ('A10','A20','A30','A40','A50','A60','A70','A80')),
  ChgDsc TEXT NOT NULL UNIQUE CHECK (ChgDsc IN ('Detention','Lumper','Layover','Tarp','Fuel surcharge','Extra stop','Reconsignment','Overweight permit')),
  TaxFl TEXT NOT NULL CHECK (TaxFl IN ('Y','N')) -- taxable
);
CREATE TABLE LDAC ( -- one extra charge on a load
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  LdNo INTEGER NOT NULL,
  AcSeq INTEGER NOT NULL,
  ChgCd TEXT NOT NULL,
  AcAmt REAL NOT NULL CHECK (AcAmt BETWEEN 25 AND 900),
  ApvFl TEXT NOT NULL CHECK (ApvFl IN ('Y','N')), -- approved by customer
  PRIMARY KEY (Co, LdNo, AcSeq),
  FOREIGN KEY (Co, LdNo) REFERENCES LDHD (Co, LdNo),
  FOREIGN KEY (ChgCd) REFERENCES CHCD (ChgCd)
);
CREATE TABLE BLHD ( -- one freight bill to a customer
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  BilNo INTEGER NOT NULL,
  CustNo INTEGER NOT NULL,
  LdNo INTEGER NOT NULL,
  BilDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  BilAmt REAL NOT NULL CHECK (BilAmt BETWEEN 4000 AND 9500),
  PdAmt REAL NOT NULL CHECK (PdAmt BETWEEN 0 AND 4000), -- paid so far
  LstPdDt TEXT, -- last payment, NULL = none
  PRIMARY KEY (Co, BilNo),
  FOREIGN KEY (Co, CustNo) REFERENCES CUMS (Co, CustNo),
  FOREIGN KEY (Co, LdNo) REFERENCES LDHD (Co, LdNo)
);
CREATE TABLE DSHD ( -- one driver settlement (weekly pay)
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StlNo INTEGER NOT NULL,
  DrvNo INTEGER NOT NULL,
  WkEndDt TEXT NOT NULL, -- last day of week
  GrsAmt REAL NOT NULL CHECK (GrsAmt BETWEEN 900 AND 4200),
  DedAmt REAL NOT NULL CHECK (DedAmt BETWEEN 0 AND 600), -- deductions
  AdvAmt REAL NOT NULL CHECK (AdvAmt BETWEEN 0 AND 300), -- cash advances taken back
  PdDt TEXT, -- NULL = not paid out
  Stat TEXT NOT NULL CHECK (Stat IN ('O','A','P')), -- O open, A approved, P paid
  PRIMARY KEY (Co, StlNo),
  FOREIGN KEY (Co, DrvNo) REFERENCES DRMS (Co, DrvNo)
);
CREATE TABLE DSLN ( -- one line of a settlement
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StlNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  LdNo INTEGER, -- NULL = not for a load
  PayTyp TEXT NOT NULL CHECK (PayTyp IN ('MI','ST','BO','LY')), -- MI mileage, ST stop pay, BO bonus, LY layover
  LnAmt REAL NOT NULL CHECK (LnAmt BETWEEN 20 AND 1400),
  PRIMARY KEY (Co, StlNo, LnNo),
  FOREIGN KEY (Co, StlNo) REFERENCES DSHD (Co, StlNo),
  FOREIGN KEY (Co, LdNo) REFERENCES LDHD (Co, LdNo)
);
CREATE TABLE FUTX ( -- one fuel purchase
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  TxNo INTEGER NOT NULL,
  UnitNo INTEGER NOT NULL,
  DrvNo INTEGER,
  FulDt TEXT NOT NULL,
  St TEXT NOT NULL CHECK (St IN ('TX','OH','GA','IL','CA','TN','PA')),
  Gal REAL NOT NULL CHECK (Gal BETWEEN 30 AND 220), -- gallons
  FulAmt REAL NOT NULL CHECK (FulAmt BETWEEN 110 AND 950),
  PRIMARY KEY (Co, TxNo),
  FOREIGN KEY (Co, UnitNo) REFERENCES UNMS (Co, UnitNo),
  FOREIGN KEY (Co, DrvNo) REFERENCES DRMS (Co, DrvNo)
);
CREATE TABLE CLCD ( -- one cause of cargo claims
  CauCd TEXT NOT NULL PRIMARY KEY CHECK (CauCd IN ('W1','S1','T1','L1','C1','T2')),
  CauDsc TEXT NOT NULL UNIQUE CHECK (CauDsc IN ('Water damage','Shortage','Temperature','Late delivery','Crushed','Theft'))
);
CREATE TABLE CLHD ( -- one cargo claim
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  ClmNo INTEGER NOT NULL,
  LdNo INTEGER NOT NULL,
  CauCd TEXT NOT NULL,
  FilDt TEXT NOT NULL, -- date filed
  ClmAmt REAL NOT NULL CHECK (ClmAmt BETWEEN 200 AND 22000), -- amount claimed
  SetAmt REAL CHECK (SetAmt BETWEEN 100 AND 12000), -- amount settled for
  ClsDt TEXT, -- NULL = still open
  PRIMARY KEY (Co, ClmNo),
  FOREIGN KEY (Co, LdNo) REFERENCES LDHD (Co, LdNo),
  FOREIGN KEY (CauCd) REFERENCES CLCD (CauCd)
);
CREATE TABLE CUBD ( -- revenue budget per customer and month
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  CustNo INTEGER NOT NULL,
  MthDt TEXT NOT NULL CHECK (MthDt IN ('2023-07-01','2023-08-01','2023-09-01','2023-10-01','2023-11-01','2023-12-01','2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  BudRev REAL NOT NULL CHECK (BudRev BETWEEN 2000 AND 60000),
  BudLds INTEGER NOT NULL CHECK (BudLds BETWEEN 1 AND 25), -- budgeted number of loads
  PRIMARY KEY (Co, CustNo, MthDt),
  FOREIGN KEY (Co, CustNo) REFERENCES CUMS (Co, CustNo)
);
