CREATE TABLE PHCO ( -- one company of the group
  Co INTEGER PRIMARY KEY CHECK (Co IN (1,2,3)),
  CoNam TEXT NOT NULL UNIQUE CHECK (CoNam IN ('Medisource East','Medisource West','Medisource Nordic')),
  CurCd TEXT NOT NULL CHECK (CurCd IN ('USD','EUR')) -- currency of all amounts
);
CREATE TABLE PHCL ( -- therapeutic class code table
  ClsCd TEXT PRIMARY KEY CHECK (ClsCd IN ('ABX','ANA','CVS','DIA','RES','VAC')),
  ClsDesc TEXT NOT NULL UNIQUE CHECK (ClsDesc IN ('Antibiotics','Analgesics','Cardiovascular','Diabetes care','Respiratory','Vaccines'))
);
CREATE TABLE PHIT ( -- one stocked drug or product
  Co INTEGER NOT NULL REFERENCES PHCO (Co) CHECK (Co IN (1,2,3)),
  ItmNo INTEGER NOT NULL,
  ItmDesc TEXT NOT NULL CHECK (ItmDesc IN ('Amoxicillin 500 mg caps','Ibuprofen 400 mg tabs','Insulin glargine pen','Salbutamol inhaler','Metformin 850 mg tabs','Ramipril 5 mg tabs','Paracetamol 1 g tabs','Influenza vaccine','Azithromycin syrup','Atorvastatin 20 mg tabs','Test strips box 50','Budesonide nebules')),
  ClsCd TEXT REFERENCES PHCL (ClsCd),
  PakSiz INTEGER CHECK (PakSiz IN (1,10,20,30,50,100)), -- units per pack
  LstPrc REAL NOT NULL CHECK (LstPrc BETWEEN 4 AND 380), -- list price per pack
  StdCst REAL NOT NULL CHECK (StdCst BETWEEN 2 AND 240), -- standard cost per pack
  MinQty INTEGER CHECK (MinQty BETWEEN 20 AND 900), -- reorder point in packs
  RxFlg TEXT NOT NULL CHECK (RxFlg IN ('Y','N')), -- Y = prescription only
  Sts TEXT NOT NULL CHECK (Sts IN ('A','H','D')), -- A active, H on hold, D discontinued
  PRIMARY KEY (Co, ItmNo)
);
CREATE TABLE PHLT ( -- one lot of an item in stock
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  LotNo INTEGER NOT NULL,
  ItmNo INTEGER NOT NULL,
  RcvDt TEXT CHECK (RcvDt BETWEEN '2023-01-01' AND '2024-12-31'),
  ExpDt TEXT CHECK (ExpDt BETWEEN '2024-01-01' AND '2026-12-31'), -- expiry
  OnHnd INTEGER NOT NULL CHECK (OnHnd BETWEEN 0 AND 1200), -- packs in stock
  LotSts TEXT NOT NULL CHECK (LotSts IN ('R','Q','B')), -- R released, Q quarantine, B blocked
  PRIMARY KEY (Co, LotNo),
  FOREIGN KEY (Co, ItmNo) REFERENCES PHIT (Co, ItmNo)
);
CREATE TABLE PHCU ( -- customer
  Co INTEGER NOT NULL REFERENCES PHCO (Co) CHECK (Co IN (1,2,3)),
  CusNo INTEGER NOT NULL,
  CusNam TEXT NOT NULL CHECK (CusNam IN ('Corner Pharmacy','St Anne Hospital','Greenfield Clinic','Hilltop Pharmacy','Mercy Hospital','Bayview Drugstore','Oakwood Care Home','Central Pharmacy','Linden Clinic','Harbor Pharmacy','Sunrise Care Home','City Veterinary')),
  CusTyp TEXT NOT NULL CHECK (CusTyp IN ('P','H','C','V')), -- P pharmacy, H hospital, C clinic, V veterinary
  City TEXT,
  CrdLim REAL CHECK (CrdLim BETWEEN 5000 AND 150000), -- NULL = no credit limit
  TrmDys INTEGER CHECK (TrmDys IN (14,30,45,60)), -- payment terms in days
  Sts TEXT NOT NULL CHECK (Sts IN ('A','H')), -- A active, H on hold
  PRIMARY KEY (Co, CusNo)
);
CREATE TABLE PHSO ( -- sales order header
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  OrdNo INTEGER NOT NULL,
  CusNo INTEGER NOT NULL,
  OrdDt TEXT CHECK (OrdDt BETWEEN '2024-01-01' AND '2024-12-31'),
  ReqDt TEXT CHECK (ReqDt BETWEEN '2024-01-05' AND '2025-01-31'), -- day the customer wants it
  ShpDt TEXT CHECK (ShpDt BETWEEN '2024-01-03' AND '2025-01-31'), -- NULL = not shipped
  OrdSts TEXT NOT NULL CHECK (OrdSts IN ('O','B','S','X')), -- O open, B backordered, S shipped, X cancelled
  PRIMARY KEY (Co, OrdNo),
  FOREIGN KEY (Co, CusNo) REFERENCES PHCU (Co, CusNo)
);
CREATE TABLE PHSL ( -- sales order line
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  OrdNo INTEGER NOT NULL,
  LinNo INTEGER NOT NULL CHECK (LinNo BETWEEN 1 AND 20),
  ItmNo INTEGER NOT NULL,
  OrdQty INTEGER NOT NULL CHECK (OrdQty BETWEEN 1 AND 240),
  ShpQty INTEGER NOT NULL CHECK (ShpQty BETWEEN 0 AND 240),
  UntPrc REAL NOT NULL CHECK (UntPrc BETWEEN 4 AND 390),
  DscPct REAL CHECK (DscPct BETWEEN 0 AND 25), -- discount percent, NULL = none
  PRIMARY KEY (Co, OrdNo, LinNo),
  FOREIGN KEY (Co, OrdNo) REFERENCES PHSO (Co, OrdNo),
  FOREIGN KEY (Co, ItmNo) REFERENCES PHIT (Co, ItmNo)
);
CREATE TABLE PHRR ( -- return reason code table
  RsnCd TEXT PRIMARY KEY CHECK (RsnCd IN ('DMG','EXP','WRG','RCL','TMP')),
  RsnDesc TEXT NOT NULL UNIQUE CHECK (RsnDesc IN ('Damaged in transit','Short expiry','Wrong item','Recall','Cold chain broken'))
);
CREATE TABLE PHRT ( -- goods a customer sent back
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  RetNo INTEGER NOT NULL,
  OrdNo INTEGER NOT NULL,
  ItmNo INTEGER NOT NULL,
  RsnCd TEXT REFERENCES PHRR (RsnCd),
  RetDt TEXT CHECK (RetDt BETWEEN '2024-01-10' AND '2024-12-31'),
  RetQty INTEGER NOT NULL CHECK (RetQty BETWEEN 1 AND 60),
  CrdAmt REAL CHECK (CrdAmt BETWEEN 10 AND 4000), -- credit given, NULL = none yet
  PRIMARY KEY (Co, RetNo),
  FOREIGN KEY (Co, OrdNo) REFERENCES PHSO (Co, OrdNo),
  FOREIGN KEY (Co, ItmNo) REFERENCES PHIT (Co, ItmNo)
);
CREATE TABLE PHIN ( -- customer invoice
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  InvNo INTEGER NOT NULL,
  OrdNo INTEGER NOT NULL,
  CusNo INTEGER NOT NULL,
  InvDt TEXT CHECK (InvDt BETWEEN '2024-01-05' AND '2024-12-31'),
  DueDt TEXT CHECK (DueDt BETWEEN '2024-01-20' AND '2025-02-28'),
  InvAmt REAL NOT NULL CHECK (InvAmt BETWEEN 120 AND 24000),
  OpnAmt REAL NOT NULL CHECK (OpnAmt BETWEEN 0 AND 12000), -- still to be paid
  DspFlg TEXT CHECK (DspFlg IN ('Y','N')), -- Y = disputed by customer
  PRIMARY KEY (Co, InvNo),
  FOREIGN KEY (Co, OrdNo) REFERENCES PHSO (Co, OrdNo),
  FOREIGN KEY (Co, CusNo) REFERENCES PHCU (Co, CusNo)
);
CREATE TABLE PHSU ( -- supplier, mostly manufacturers
  Co INTEGER NOT NULL REFERENCES PHCO (Co) CHECK (Co IN (1,2,3)),
  SupNo INTEGER NOT NULL,
  SupNam TEXT NOT NULL CHECK (SupNam IN ('Nordpharm','Helix Generics','Aventra Labs','Biocrest','Castell Pharma','Zenmed','Lumina Vaccines','Orion Devices')),
  LedDys INTEGER CHECK (LedDys BETWEEN 3 AND 60), -- lead time in days
  GdpDt TEXT CHECK (GdpDt BETWEEN '2024-03-01' AND '2027-12-31'), -- GDP certificate valid until
  Sts TEXT NOT NULL CHECK (Sts IN ('A','H')), -- A active, H on hold
  PRIMARY KEY (Co, SupNo)
);
CREATE TABLE PHPO ( -- purchase order header
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  PoNo INTEGER NOT NULL,
  SupNo INTEGER NOT NULL,
  PoDt TEXT CHECK (PoDt BETWEEN '2024-01-01' AND '2024-12-31'),
  PrmDt TEXT CHECK (PrmDt BETWEEN '2024-01-10' AND '2025-02-28'), -- promised by supplier
  PoSts TEXT NOT NULL CHECK (PoSts IN ('O','P','R','X')), -- O open, P part received, R received, X cancelled
  BuyCd TEXT CHECK (BuyCd IN ('KLM','JSO','RVD')), -- initials of buyer
  PRIMARY KEY (Co, PoNo),
  FOREIGN KEY (Co, SupNo) REFERENCES PHSU (Co, SupNo)
);
CREATE TABLE PHPL ( -- purchase order line
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  PoNo INTEGER NOT NULL,
  LinNo INTEGER NOT NULL CHECK (LinNo BETWEEN 1 AND 20),
  ItmNo INTEGER NOT NULL,
  PoQty INTEGER NOT NULL CHECK (PoQty BETWEEN 10 AND 1500),
  RcvQty INTEGER NOT NULL CHECK (RcvQty BETWEEN 0 AND 1500),
  UntCst REAL NOT NULL CHECK (UntCst BETWEEN 2 AND 240),
  PRIMARY KEY (Co, PoNo, LinNo),
  FOREIGN KEY (Co, PoNo) REFERENCES PHPO (Co, PoNo),
  FOREIGN KEY (Co, ItmNo) REFERENCES PHIT (Co, ItmNo)
);
CREATE TABLE PHAC ( -- ledger account
  Co INTEGER NOT NULL REFERENCES PHCO (Co) CHECK (Co IN (1,2,3)),
  AcNo INTEGER NOT NULL CHECK (AcNo IN (4000,4100,4900,5000,5200,6000,6100,6300,6500,6700)),
  AcDesc TEXT NOT NULL CHECK (AcDesc IN ('Drug sales','Service income','Sales discounts','Cost of goods','Inbound freight','Wages','Warehouse rent','Cold storage','Delivery vans','Destruction of stock')),
  AcTyp TEXT NOT NULL CHECK (AcTyp IN ('R','C','E')), -- R revenue, C cost of sales, E expense
  PRIMARY KEY (Co, AcNo),
  UNIQUE (Co, AcDesc)
);
CREATE TABLE PHPS ( -- one ledger posting
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  PstNo INTEGER NOT NULL,
  AcNo INTEGER NOT NULL,
  PstMth TEXT NOT NULL CHECK (PstMth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  PstAmt REAL NOT NULL CHECK (PstAmt BETWEEN 50 AND 48000),
  PstDt TEXT CHECK (PstDt BETWEEN '2024-01-01' AND '2024-07-10'), -- day it was keyed
  SrcCd TEXT CHECK (SrcCd IN ('INV','PUR','MAN')), -- INV invoicing, PUR purchasing, MAN manual
  PRIMARY KEY (Co, PstNo),
  FOREIGN KEY (Co, AcNo) REFERENCES PHAC (Co, AcNo)
);
CREATE TABLE PHBG ( -- budget per account and month
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  AcNo INTEGER NOT NULL,
  BgMth TEXT NOT NULL CHECK (BgMth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  BgAmt REAL NOT NULL CHECK (BgAmt BETWEEN 1000 AND 90000),
  PRIMARY KEY (Co, AcNo, BgMth),
  FOREIGN KEY (Co, AcNo) REFERENCES PHAC (Co, AcNo)
);
