CREATE TABLE PLNT ( -- plants
  Plt INTEGER NOT NULL PRIMARY KEY CHECK (Plt IN (10,20,30)),
  PltName TEXT NOT NULL,
  Country TEXT NOT NULL
);
CREATE TABLE ITMM ( -- items
  Plt INTEGER NOT NULL,
  Item TEXT NOT NULL,
  ItemDesc TEXT NOT NULL,
  ItemType TEXT NOT NULL CHECK (ItemType IN ('P','M','F')), -- P purchased, M made, F finished product
  Uom TEXT NOT NULL,
  StdCost REAL NOT NULL, -- per unit
  SafetyQty REAL NOT NULL,
  OnHand REAL NOT NULL,
  Buyer TEXT,
  Obsolete TEXT NOT NULL CHECK (Obsolete IN ('Y','N')),
  PRIMARY KEY (Plt, Item),
  FOREIGN KEY (Plt) REFERENCES PLNT (Plt)
);
CREATE TABLE BOML ( -- bill of material lines
  Plt INTEGER NOT NULL,
  Item TEXT NOT NULL, -- what is made
  Seq INTEGER NOT NULL,
  CompItem TEXT NOT NULL, -- what goes into it
  QtyPer REAL NOT NULL,
  ScrapPct REAL NOT NULL,
  PRIMARY KEY (Plt, Item, Seq),
  FOREIGN KEY (Plt, Item) REFERENCES ITMM (Plt, Item),
  FOREIGN KEY (Plt, CompItem) REFERENCES ITMM (Plt, Item)
);
CREATE TABLE WCTR ( -- work centres
  Plt INTEGER NOT NULL,
  Wc TEXT NOT NULL,
  WcDesc TEXT NOT NULL,
  Machines INTEGER NOT NULL,
  RateHr REAL NOT NULL,
  PRIMARY KEY (Plt, Wc)
);
CREATE TABLE ORDH ( -- production orders
  Plt INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  Item TEXT NOT NULL,
  OrdStat INTEGER NOT NULL CHECK (OrdStat IN (1,2,3,4)), -- 1 planned, 2 released, 3 finished, 4 cancelled
  OrdQty REAL NOT NULL,
  GoodQty REAL NOT NULL,
  ScrapQty REAL NOT NULL,
  DueDate TEXT NOT NULL,
  RelDate TEXT, -- NULL = not released
  FinDate TEXT, -- NULL = not finished
  Planner TEXT NOT NULL,
  PRIMARY KEY (Plt, OrdNo),
  FOREIGN KEY (Plt, Item) REFERENCES ITMM (Plt, Item)
);
CREATE TABLE ORDO ( -- operations of an order
  Plt INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  OpNo INTEGER NOT NULL,
  Wc TEXT NOT NULL,
  PlanHrs REAL NOT NULL,
  DoneQty REAL NOT NULL,
  PRIMARY KEY (Plt, OrdNo, OpNo),
  FOREIGN KEY (Plt, OrdNo) REFERENCES ORDH (Plt, OrdNo),
  FOREIGN KEY (Plt, Wc) REFERENCES WCTR (Plt, Wc)
);
CREATE TABLE LABR ( -- time reported on operations
  Plt INTEGER NOT NULL,
  LabSeq INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  OpNo INTEGER NOT NULL,
  EmpNo INTEGER NOT NULL,
  WorkDate TEXT NOT NULL,
  Hrs REAL NOT NULL,
  HrType TEXT NOT NULL CHECK (HrType IN ('RUN','SET','RWK')), -- RWK rework
  LabCost REAL NOT NULL,
  PRIMARY KEY (Plt, LabSeq),
  FOREIGN KEY (Plt, OrdNo, OpNo) REFERENCES ORDO (Plt, OrdNo, OpNo),
  FOREIGN KEY (Plt, EmpNo) REFERENCES EMPL (Plt, EmpNo)
);
CREATE TABLE EMPL ( -- shop people
  Plt INTEGER NOT NULL,
  EmpNo INTEGER NOT NULL,
  EmpName TEXT NOT NULL,
  Shift INTEGER NOT NULL CHECK (Shift IN (1,2,3)), -- 3 night
  Skill TEXT NOT NULL,
  StartDate TEXT NOT NULL,
  EndDate TEXT, -- NULL = employed
  PRIMARY KEY (Plt, EmpNo)
);
CREATE TABLE MATI ( -- material issued to orders
  Plt INTEGER NOT NULL,
  IssNo INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  CompItem TEXT NOT NULL,
  IssDate TEXT NOT NULL,
  IssQty REAL NOT NULL,
  IssCost REAL NOT NULL,
  PRIMARY KEY (Plt, IssNo),
  FOREIGN KEY (Plt, OrdNo) REFERENCES ORDH (Plt, OrdNo),
  FOREIGN KEY (Plt, CompItem) REFERENCES ITMM (Plt, Item)
);
CREATE TABLE CELM ( -- cost elements
  Elem TEXT NOT NULL PRIMARY KEY,
  ElemDesc TEXT NOT NULL -- Material, Labour, Machine, Overhead
);
CREATE TABLE OCST ( -- order cost by element and month
  Plt INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  Elem TEXT NOT NULL,
  Per TEXT NOT NULL, -- first of the month
  ActAmt REAL NOT NULL,
  PRIMARY KEY (Plt, OrdNo, Elem, Per),
  FOREIGN KEY (Plt, OrdNo) REFERENCES ORDH (Plt, OrdNo),
  FOREIGN KEY (Elem) REFERENCES CELM (Elem)
);
CREATE TABLE OSTD ( -- standard cost of an order by element
  Plt INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  Elem TEXT NOT NULL,
  StdAmt REAL NOT NULL,
  StdHrs REAL NOT NULL,
  PRIMARY KEY (Plt, OrdNo, Elem),
  FOREIGN KEY (Plt, OrdNo) REFERENCES ORDH (Plt, OrdNo),
  FOREIGN KEY (Elem) REFERENCES CELM (Elem)
);
CREATE TABLE SUPP ( -- suppliers
  SupNo INTEGER NOT NULL PRIMARY KEY,
  SupName TEXT NOT NULL,
  SupCity TEXT NOT NULL,
  Approved TEXT NOT NULL CHECK (Approved IN ('Y','N')),
  QualPct REAL NOT NULL -- share of good deliveries
);
CREATE TABLE PORD ( -- purchase order lines
  Plt INTEGER NOT NULL,
  PoNo TEXT NOT NULL,
  PoLine INTEGER NOT NULL,
  SupNo INTEGER NOT NULL,
  Item TEXT NOT NULL,
  OrdDate TEXT NOT NULL,
  PromDate TEXT NOT NULL,
  RecvDate TEXT, -- NULL = outstanding
  PoQty REAL NOT NULL,
  Price REAL NOT NULL,
  PRIMARY KEY (Plt, PoNo, PoLine),
  FOREIGN KEY (SupNo) REFERENCES SUPP (SupNo),
  FOREIGN KEY (Plt, Item) REFERENCES ITMM (Plt, Item)
);
CREATE TABLE QCHK ( -- quality inspections
  Plt INTEGER NOT NULL,
  ChkNo INTEGER NOT NULL,
  OrdNo TEXT NOT NULL,
  ChkDate TEXT NOT NULL,
  Verdict TEXT NOT NULL CHECK (Verdict IN ('OK','RW','NG')), -- RW rework, NG rejected
  Defect TEXT,
  PRIMARY KEY (Plt, ChkNo),
  FOREIGN KEY (Plt, OrdNo) REFERENCES ORDH (Plt, OrdNo)
);
