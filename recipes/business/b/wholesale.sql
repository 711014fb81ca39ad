CREATE TABLE IC10 ( -- warehouse
  Co INTEGER NOT NULL CHECK (Co IN (1,2)), -- company number
  Whs INTEGER NOT NULL,
  WhsName TEXT NOT NULL CHECK (WhsName IN ('Main','North','Harbour','Overflow','Cold Store','Returns','East Annex','Cross Dock')),
  City TEXT CHECK (City IN ('Leeds','Bristol','Cardiff','Hull','Derby')),
  SqFt INTEGER CHECK (SqFt BETWEEN 8000 AND 90000), -- floor space
  ClsDt TEXT, -- NULL = still in use
  PRIMARY KEY (Co, Whs)
);
CREATE TABLE IC15 ( -- product class
  ClsCd TEXT NOT NULL PRIMARY KEY CHECK (ClsCd IN ('FAS','PLB','ELE','PNT','TOL','SAF','HVC')),
  ClsDesc TEXT NOT NULL UNIQUE CHECK (ClsDesc IN ('Fasteners','Plumbing','Electrical','Paint','Hand tools','Safety gear','Heating'))
);
CREATE TABLE IC20 ( -- item
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  ItemNo INTEGER NOT NULL,
  ItemDesc TEXT NOT NULL CHECK (ItemDesc IN ('Hex bolt M8','Wood screw 40mm','Ball valve 1in','Gate valve 2in','Copper pipe 15mm','Claw hammer','Torx driver set','Cable drum 50m','Junction box','Emulsion white 10L','Primer grey 5L','Safety gloves','Hard hat','Thermostat','Radiator valve','Masking tape')),
  ClsCd TEXT NOT NULL,
  VndNo INTEGER, -- main vendor
  Uom TEXT NOT NULL CHECK (Uom IN ('EA','BX','CS','PL')), -- EA each, BX box, CS case, PL pallet
  StdCst REAL NOT NULL CHECK (StdCst BETWEEN 1 AND 60), -- standard cost per unit
  LstPrc REAL NOT NULL CHECK (LstPrc BETWEEN 60 AND 180), -- list price per unit
  WgtKg REAL CHECK (WgtKg BETWEEN 0.1 AND 40),
  Stat TEXT NOT NULL CHECK (Stat IN ('A','D','B')), -- A active, D discontinued, B blocked
  PRIMARY KEY (Co, ItemNo),
  FOREIGN KEY (ClsCd) REFERENCES IC15 (ClsCd),
  FOREIGN KEY (Co, VndNo) REFERENCES PO10 (Co, VndNo)
);
CREATE TABLE IC30 ( -- stock of an item in a warehouse
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  Whs INTEGER NOT NULL,
  ItemNo INTEGER NOT NULL,
  QtyOH INTEGER NOT NULL CHECK (QtyOH BETWEEN 0 AND 900), -- on hand
  QtyAlc INTEGER NOT NULL CHECK (QtyAlc BETWEEN 0 AND 300), -- allocated to orders
  MinQty INTEGER NOT NULL CHECK (MinQty BETWEEN 10 AND 250), -- reorder point
  BinLoc TEXT CHECK (BinLoc IN ('A-01','A-02','A-07','B-03','B-11','C-04','C-09','D-02')), -- NULL = no fixed bin
  LstCntDt TEXT, -- date of last stock count
  PRIMARY KEY (Co, Whs, ItemNo),
  FOREIGN KEY (Co, Whs) REFERENCES IC10 (Co, Whs),
  FOREIGN KEY (Co, ItemNo) REFERENCES IC20 (Co, ItemNo)
);
CREATE TABLE OE05 ( -- price code
  PrcCd TEXT NOT NULL PRIMARY KEY CHECK (PrcCd IN ('P1','P2','P3','P4','P5')),
  PrcDesc TEXT NOT NULL UNIQUE CHECK (PrcDesc IN ('Trade','Retail','Contract','Export','Staff')),
  DscPct REAL NOT NULL CHECK (DscPct BETWEEN 0 AND 35) -- percent off list price
);
CREATE TABLE OE10 ( -- customer
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  CustNo INTEGER NOT NULL,
  CustName TEXT NOT NULL CHECK (CustName IN ('Aldridge Builders Merchants','Brook & Sons','Castle Hardware','Denby Fixings','Eastgate DIY','Fenwick Trade Supplies','Granary Stores','Holt Ironmongers','Inskip Plumbing','Jarrow Electrical')),
  City TEXT CHECK (City IN ('Leeds','Bristol','Cardiff','Hull','Derby','York')),
  PrcCd TEXT NOT NULL,
  SlsRep TEXT CHECK (SlsRep IN ('AMB','JTK','RSW','LPF')), -- initials of sales rep
  CrLim REAL CHECK (CrLim BETWEEN 2000 AND 50000), -- credit limit, NULL = cash only
  CrHold TEXT NOT NULL CHECK (CrHold IN ('Y','N')), -- Y no shipments on credit
  OpnDt TEXT NOT NULL, -- date account was opened
  PRIMARY KEY (Co, CustNo),
  FOREIGN KEY (PrcCd) REFERENCES OE05 (PrcCd)
);
CREATE TABLE OE20 ( -- customer order
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  OrdNo INTEGER NOT NULL,
  CustNo INTEGER NOT NULL,
  Whs INTEGER NOT NULL, -- ships from
  OrdDt TEXT NOT NULL,
  ReqDt TEXT NOT NULL, -- wanted by
  ShpDt TEXT, -- NULL = not shipped
  CustPoNo TEXT, -- customer's own order number
  Chnl TEXT NOT NULL CHECK (Chnl IN ('P','W','C')), -- P phone, W web, C counter
  FrtAmt REAL NOT NULL CHECK (FrtAmt BETWEEN 0 AND 120), -- freight charged
  Stat TEXT NOT NULL CHECK (Stat IN ('O','B','S','X')), -- O open, B back order, S shipped, X cancelled
  PRIMARY KEY (Co, OrdNo),
  FOREIGN KEY (Co, CustNo) REFERENCES OE10 (Co, CustNo),
  FOREIGN KEY (Co, Whs) REFERENCES IC10 (Co, Whs)
);
CREATE TABLE OE21 ( -- customer order line
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  OrdNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  ItemNo INTEGER NOT NULL,
  QtyOrd INTEGER NOT NULL CHECK (QtyOrd BETWEEN 50 AND 120),
  QtyShp INTEGER NOT NULL CHECK (QtyShp BETWEEN 0 AND 50),
  UntPrc REAL NOT NULL CHECK (UntPrc BETWEEN 5 AND 180),
  LnDsc REAL CHECK (LnDsc BETWEEN 1 AND 15), -- extra discount in percent
  PRIMARY KEY (Co, OrdNo, LnNo),
  FOREIGN KEY (Co, OrdNo) REFERENCES OE20 (Co, OrdNo),
  FOREIGN KEY (Co, ItemNo) REFERENCES IC20 (Co, ItemNo)
);
CREATE TABLE OE30 ( -- invoice
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  InvNo INTEGER NOT NULL,
  OrdNo INTEGER NOT NULL,
  CustNo INTEGER NOT NULL,
  InvDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  InvAmt REAL NOT NULL CHECK (InvAmt BETWEEN 150 AND 9000), -- without tax
  TaxAmt REAL NOT NULL CHECK (TaxAmt BETWEEN 0 AND 1800),
  OpnAmt REAL NOT NULL CHECK (OpnAmt BETWEEN 0 AND 9000), -- still unpaid
  PRIMARY KEY (Co, InvNo),
  FOREIGN KEY (Co, OrdNo) REFERENCES OE20 (Co, OrdNo),
  FOREIGN KEY (Co, CustNo) REFERENCES OE10 (Co, CustNo)
);
CREATE TABLE OE40 ( -- payment received for an invoice
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  RcpNo INTEGER NOT NULL,
  InvNo INTEGER NOT NULL,
  RcpDt TEXT NOT NULL, -- date received
  RcpAmt REAL NOT NULL CHECK (RcpAmt BETWEEN 50 AND 9000),
  PayMth TEXT NOT NULL CHECK (PayMth IN ('CHQ','BNK','CRD','CSH')), -- CHQ cheque, BNK bank transfer, CRD card, CSH cash
  DscTkn REAL, -- cash discount taken
  PRIMARY KEY (Co, RcpNo),
  FOREIGN KEY (Co, InvNo) REFERENCES OE30 (Co, InvNo)
);
CREATE TABLE PO10 ( -- vendor
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  VndNo INTEGER NOT NULL,
  VndName TEXT NOT NULL CHECK (VndName IN ('Ardent Tools','Baltic Fasteners','Cobalt Paints','Delta Valve Works','Ever Safe','Foxley Cables','Gruber Thermo','Hallam Copper')),
  Ctry TEXT CHECK (Ctry IN ('GB','DE','PL','CN','IT')),
  LeadDys INTEGER CHECK (LeadDys BETWEEN 2 AND 90), -- lead time in days
  MinOrd REAL CHECK (MinOrd BETWEEN 100 AND 2500), -- smallest order value
  Stat TEXT NOT NULL CHECK (Stat IN ('A','H','I')), -- A active, H on hold, I inactive
  PRIMARY KEY (Co, VndNo)
);
CREATE TABLE PO20 ( -- purchase order
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  PoNo INTEGER NOT NULL,
  VndNo INTEGER NOT NULL,
  Whs INTEGER NOT NULL, -- deliver to
  PoDt TEXT NOT NULL,
  ExpDt TEXT, -- delivery promised for, NULL = unconfirmed
  Buyer TEXT CHECK (Buyer IN ('MKO','DHL','SVG')), -- initials
  Stat TEXT NOT NULL CHECK (Stat IN ('O','P','R','X')), -- O open, P partly received, R received, X cancelled
  PRIMARY KEY (Co, PoNo),
  FOREIGN KEY (Co, VndNo) REFERENCES PO10 (Co, VndNo),
  FOREIGN KEY (Co, Whs) REFERENCES IC10 (Co, Whs)
);
CREATE TABLE PO21 ( -- purchase order line
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  PoNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  ItemNo INTEGER NOT NULL,
  QtyPo INTEGER NOT NULL CHECK (QtyPo BETWEEN 20 AND 600), -- quantity ordered
  UntCst REAL NOT NULL CHECK (UntCst BETWEEN 1 AND 60), -- agreed cost per unit
  PRIMARY KEY (Co, PoNo, LnNo),
  FOREIGN KEY (Co, PoNo) REFERENCES PO20 (Co, PoNo),
  FOREIGN KEY (Co, ItemNo) REFERENCES IC20 (Co, ItemNo)
);
CREATE TABLE PO30 ( -- receipt of a purchase order line
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  RctNo INTEGER NOT NULL,
  PoNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  RctDt TEXT NOT NULL,
  QtyRct INTEGER NOT NULL CHECK (QtyRct BETWEEN 5 AND 300), -- quantity received
  QtyRej INTEGER CHECK (QtyRej BETWEEN 1 AND 20), -- rejected, NULL = all good
  PRIMARY KEY (Co, RctNo),
  FOREIGN KEY (Co, PoNo, LnNo) REFERENCES PO21 (Co, PoNo, LnNo)
);
CREATE TABLE SA10 ( -- sales budget and sales of a product class per month
  Co INTEGER NOT NULL CHECK (Co IN (1,2)),
  Whs INTEGER NOT NULL,
  ClsCd TEXT NOT NULL,
  MthDt TEXT NOT NULL CHECK (MthDt IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01','2024-07-01','2024-08-01','2024-09-01','2024-10-01','2024-11-01','2024-12-01')), -- first of the month
  BudAmt REAL NOT NULL CHECK (BudAmt BETWEEN 4000 AND 60000),
  ActAmt REAL CHECK (ActAmt BETWEEN 4000 AND 60000), -- sold, NULL = month not closed
  PRIMARY KEY (Co, Whs, ClsCd, MthDt),
  FOREIGN KEY (Co, Whs) REFERENCES IC10 (Co, Whs),
  FOREIGN KEY (ClsCd) REFERENCES IC15 (ClsCd)
);
