CREATE TABLE CO01 ( -- companies
  CoId INTEGER NOT NULL PRIMARY KEY CHECK (CoId IN (1,2)),
  CoName TEXT NOT NULL
);
CREATE TABLE CU10 ( -- customers
  CoId INTEGER NOT NULL,
  CustId TEXT NOT NULL,
  CustNm TEXT NOT NULL,
  Chan TEXT NOT NULL CHECK (Chan IN ('ON','OFF','EXP')), -- ON bars, OFF shops, EXP export
  Terr TEXT NOT NULL,
  RepId INTEGER,
  CrLimit REAL NOT NULL,
  Hold TEXT NOT NULL CHECK (Hold IN ('Y','N')), -- Y no deliveries
  PRIMARY KEY (CoId, CustId),
  FOREIGN KEY (CoId, RepId) REFERENCES SR10 (CoId, RepId)
);
CREATE TABLE SR10 ( -- sales reps
  CoId INTEGER NOT NULL,
  RepId INTEGER NOT NULL,
  RepNm TEXT NOT NULL,
  CommPct REAL NOT NULL,
  Quit TEXT, -- NULL = active
  PRIMARY KEY (CoId, RepId)
);
CREATE TABLE IC10 ( -- products
  ProdId TEXT NOT NULL PRIMARY KEY,
  ProdDesc TEXT NOT NULL,
  Categ TEXT NOT NULL,
  VendId TEXT NOT NULL,
  BotSize REAL NOT NULL, -- litres
  AlcPct REAL NOT NULL,
  ListPr REAL NOT NULL, -- per case
  AvgCost REAL NOT NULL, -- per case
  Disc TEXT NOT NULL CHECK (Disc IN ('Y','N')), -- Y discontinued
  FOREIGN KEY (VendId) REFERENCES VN10 (VendId)
);
CREATE TABLE WH10 ( -- warehouses
  WhId TEXT NOT NULL PRIMARY KEY,
  WhName TEXT NOT NULL,
  Bonded TEXT NOT NULL CHECK (Bonded IN ('Y','N')) -- Y before excise
);
CREATE TABLE IC20 ( -- stock by warehouse
  WhId TEXT NOT NULL,
  ProdId TEXT NOT NULL,
  QtyOh REAL NOT NULL, -- cases on hand
  QtyAl REAL NOT NULL, -- cases allocated
  Reord REAL NOT NULL, -- reorder point
  LastCnt TEXT, -- last counted
  PRIMARY KEY (WhId, ProdId),
  FOREIGN KEY (WhId) REFERENCES WH10 (WhId),
  FOREIGN KEY (ProdId) REFERENCES IC10 (ProdId)
);
CREATE TABLE OE10 ( -- sales orders
  CoId INTEGER NOT NULL,
  OrdNo INTEGER NOT NULL,
  CustId TEXT NOT NULL,
  OrdDt TEXT NOT NULL,
  ReqDt TEXT NOT NULL, -- wanted by
  ShipDt TEXT, -- NULL = not shipped
  WhId TEXT NOT NULL,
  OrdSts TEXT NOT NULL CHECK (OrdSts IN ('N','P','S','X')), -- N new, P picked, S shipped, X cancelled
  PRIMARY KEY (CoId, OrdNo),
  FOREIGN KEY (CoId, CustId) REFERENCES CU10 (CoId, CustId),
  FOREIGN KEY (WhId) REFERENCES WH10 (WhId)
);
CREATE TABLE OE20 ( -- order lines
  CoId INTEGER NOT NULL,
  OrdNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  ProdId TEXT NOT NULL,
  Cases REAL NOT NULL,
  NetPr REAL NOT NULL, -- per case
  PRIMARY KEY (CoId, OrdNo, LnNo),
  FOREIGN KEY (CoId, OrdNo) REFERENCES OE10 (CoId, OrdNo),
  FOREIGN KEY (ProdId) REFERENCES IC10 (ProdId)
);
CREATE TABLE RI10 ( -- customer invoices
  CoId INTEGER NOT NULL,
  InvNum INTEGER NOT NULL,
  OrdNo INTEGER NOT NULL,
  CustId TEXT NOT NULL,
  InvDate TEXT NOT NULL,
  NetDue TEXT NOT NULL, -- payable by
  InvTot REAL NOT NULL,
  Excise REAL NOT NULL, -- duty within the total
  OpenAmt REAL NOT NULL, -- 0 = paid
  PRIMARY KEY (CoId, InvNum),
  FOREIGN KEY (CoId, OrdNo) REFERENCES OE10 (CoId, OrdNo),
  FOREIGN KEY (CoId, CustId) REFERENCES CU10 (CoId, CustId)
);
CREATE TABLE VN10 ( -- vendors: distilleries and importers
  VendId TEXT NOT NULL PRIMARY KEY,
  VendNm TEXT NOT NULL,
  Land TEXT NOT NULL,
  LeadDays INTEGER NOT NULL
);
CREATE TABLE PO10 ( -- purchase orders
  PoNum INTEGER NOT NULL PRIMARY KEY,
  VendId TEXT NOT NULL,
  WhId TEXT NOT NULL,
  PoDate TEXT NOT NULL,
  EtaDt TEXT NOT NULL,
  RcvDt TEXT, -- NULL = under way
  PoTot REAL NOT NULL,
  FOREIGN KEY (VendId) REFERENCES VN10 (VendId),
  FOREIGN KEY (WhId) REFERENCES WH10 (WhId)
);
CREATE TABLE VB10 ( -- vendor bills
  VbNum TEXT NOT NULL PRIMARY KEY,
  PoNum INTEGER,
  VendId TEXT NOT NULL,
  BillDate TEXT NOT NULL,
  PayBy TEXT NOT NULL,
  BillTot REAL NOT NULL,
  PayHold TEXT, -- code of a hold, NULL = none
  PaidDt TEXT, -- NULL = unpaid
  FOREIGN KEY (PoNum) REFERENCES PO10 (PoNum),
  FOREIGN KEY (VendId) REFERENCES VN10 (VendId)
);
CREATE TABLE SB10 ( -- sales target per rep and month
  CoId INTEGER NOT NULL,
  RepId INTEGER NOT NULL,
  SlsMo TEXT NOT NULL, -- first of the month
  Target REAL NOT NULL,
  Booked REAL NOT NULL, -- sales reached
  PRIMARY KEY (CoId, RepId, SlsMo),
  FOREIGN KEY (CoId, RepId) REFERENCES SR10 (CoId, RepId)
);
