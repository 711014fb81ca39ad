CREATE TABLE RGCD ( -- sales regions
  RgnCd TEXT PRIMARY KEY CHECK (RgnCd IN ('NTH','STH','EST','WST','CTR')),
  Descr TEXT NOT NULL UNIQUE CHECK (Descr IN ('North','South','East','West','Centre')),
  RgnMgr TEXT NOT NULL -- name of the regional manager
);
CREATE TABLE STMS ( -- one shop of the chain
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL CHECK (StNo BETWEEN 101 AND 140),
  ShopNm TEXT NOT NULL,
  City TEXT NOT NULL,
  RgnCd TEXT NOT NULL,
  Fmt TEXT NOT NULL CHECK (Fmt IN ('S','C','O')), -- S superstore, C convenience, O outlet
  OpenDt TEXT NOT NULL, -- date of opening
  ClsDt TEXT, -- NULL = still trading
  SqM INTEGER NOT NULL CHECK (SqM BETWEEN 120 AND 3200), -- sales floor, square metres
  PRIMARY KEY (Co, StNo),
  FOREIGN KEY (RgnCd) REFERENCES RGCD (RgnCd)
);
CREATE TABLE ATGP ( -- article groups
  GrpCd TEXT PRIMARY KEY CHECK (GrpCd IN ('BEV','COS','DRY','FRS','FRZ','GDN','HHD','TOY')),
  Descr TEXT NOT NULL UNIQUE CHECK (Descr IN ('Beverages','Cosmetics','Dry goods','Fresh food','Frozen food','Garden','Household','Toys')),
  TgtMgnPct REAL NOT NULL CHECK (TgtMgnPct BETWEEN 12 AND 48) -- target margin in percent
);
CREATE TABLE TMCD ( -- payment terms of suppliers
  TrmCd TEXT PRIMARY KEY CHECK (TrmCd IN ('N10','N30','N45','N60','EOM')),
  Descr TEXT NOT NULL UNIQUE CHECK (Descr IN ('Net 10 days','Net 30 days','Net 45 days','Net 60 days','End of month')),
  CshDiscPct REAL NOT NULL CHECK (CshDiscPct BETWEEN 0.5 AND 4) -- discount for early payment
);
CREATE TABLE SPMS ( -- one supplier
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  SuppNo INTEGER NOT NULL CHECK (SuppNo BETWEEN 5001 AND 5090),
  SuppNm TEXT NOT NULL,
  City TEXT NOT NULL,
  TrmCd TEXT NOT NULL,
  LeadDays INTEGER NOT NULL CHECK (LeadDays BETWEEN 1 AND 45),
  Status TEXT NOT NULL CHECK (Status IN ('A','H','I')), -- A active, H on hold, I inactive
  PRIMARY KEY (Co, SuppNo),
  FOREIGN KEY (TrmCd) REFERENCES TMCD (TrmCd)
);
CREATE TABLE ATMS ( -- one article sold in the shops
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  ArtNo INTEGER NOT NULL CHECK (ArtNo BETWEEN 20001 AND 29999),
  ItmNm TEXT NOT NULL,
  GrpCd TEXT NOT NULL,
  SuppNo INTEGER NOT NULL,
  CostAmt REAL NOT NULL CHECK (CostAmt BETWEEN 0.5 AND 60), -- purchase price per unit
  RtlAmt REAL NOT NULL CHECK (RtlAmt BETWEEN 1 AND 110), -- shelf price per unit
  Status TEXT NOT NULL CHECK (Status IN ('A','D','N')), -- A active, D delisted, N new
  PRIMARY KEY (Co, ArtNo),
  FOREIGN KEY (GrpCd) REFERENCES ATGP (GrpCd),
  FOREIGN KEY (Co, SuppNo) REFERENCES SPMS (Co, SuppNo)
);
CREATE TABLE SKBL ( -- stock of an article in a shop
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL,
  ArtNo INTEGER NOT NULL,
  OnHndQty INTEGER NOT NULL CHECK (OnHndQty BETWEEN 0 AND 240),
  OnOrdQty INTEGER NOT NULL CHECK (OnOrdQty BETWEEN 0 AND 120), -- ordered, not yet received
  MinQty INTEGER NOT NULL CHECK (MinQty BETWEEN 5 AND 80), -- reorder point
  LstCntDt TEXT, -- last stocktake; NULL = never counted
  PRIMARY KEY (Co, StNo, ArtNo),
  FOREIGN KEY (Co, StNo) REFERENCES STMS (Co, StNo),
  FOREIGN KEY (Co, ArtNo) REFERENCES ATMS (Co, ArtNo)
);
CREATE TABLE PMMS ( -- one promotion
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  PmoNo INTEGER NOT NULL CHECK (PmoNo BETWEEN 301 AND 360),
  Descr TEXT NOT NULL CHECK (Descr IN ('Spring sale','Summer sale','Back to school','Black Friday','Christmas offers','Two for one','Loyalty weekend','Clearance')),
  StrDt TEXT NOT NULL, -- first day
  EndDt TEXT, -- NULL = open ended
  DiscPct REAL NOT NULL CHECK (DiscPct BETWEEN 5 AND 50),
  PRIMARY KEY (Co, PmoNo)
);
CREATE TABLE STFM ( -- one member of staff
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StfNo INTEGER NOT NULL CHECK (StfNo BETWEEN 7001 AND 7400),
  EmpNm TEXT NOT NULL,
  StNo INTEGER NOT NULL, -- home shop
  JobCd TEXT NOT NULL CHECK (JobCd IN ('C','S','M','W')), -- C cashier, S sales, M manager, W stockroom
  HrRt REAL NOT NULL CHECK (HrRt BETWEEN 11 AND 34), -- pay per hour
  HireDt TEXT NOT NULL,
  LvDt TEXT, -- NULL = still employed
  PRIMARY KEY (Co, StfNo),
  FOREIGN KEY (Co, StNo) REFERENCES STMS (Co, StNo)
);
CREATE TABLE STHR ( -- hours of a person on a day
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StfNo INTEGER NOT NULL,
  WrkDt TEXT NOT NULL,
  RegHrs REAL NOT NULL CHECK (RegHrs BETWEEN 0 AND 8), -- regular hours
  OtHrs REAL NOT NULL CHECK (OtHrs BETWEEN 0 AND 4), -- overtime hours
  AbsCd TEXT CHECK (AbsCd IN ('S','V','U')), -- S sick, V vacation, U unpaid; NULL worked
  PRIMARY KEY (Co, StfNo, WrkDt),
  FOREIGN KEY (Co, StfNo) REFERENCES STFM (Co, StfNo)
);
CREATE TABLE TLHD ( -- one till receipt
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL,
  RcptNo INTEGER NOT NULL CHECK (RcptNo BETWEEN 400001 AND 499999),
  TillNo INTEGER NOT NULL CHECK (TillNo BETWEEN 1 AND 8),
  StfNo INTEGER NOT NULL, -- cashier
  RcptDt TEXT NOT NULL,
  CardNo TEXT, -- loyalty card; NULL = none shown
  TotAmt REAL NOT NULL CHECK (TotAmt BETWEEN 4 AND 380),
  TaxAmt REAL NOT NULL CHECK (TaxAmt BETWEEN 0.5 AND 60),
  Status TEXT NOT NULL CHECK (Status IN ('C','V','R')), -- C completed, V voided, R returned goods
  PRIMARY KEY (Co, StNo, RcptNo),
  FOREIGN KEY (Co, StNo) REFERENCES STMS (Co, StNo),
  FOREIGN KEY (Co, StfNo) REFERENCES STFM (Co, StfNo)
);
CREATE TABLE TLLN ( -- article line of a receipt
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL,
  RcptNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL CHECK (LnNo BETWEEN 1 AND 30),
  ArtNo INTEGER NOT NULL,
  PmoNo INTEGER, -- NULL = sold at normal price
  Qty INTEGER NOT NULL CHECK (Qty BETWEEN 1 AND 12),
  LnAmt REAL NOT NULL CHECK (LnAmt BETWEEN 2 AND 180), -- after discount
  DiscAmt REAL NOT NULL CHECK (DiscAmt BETWEEN 0 AND 40),
  PRIMARY KEY (Co, StNo, RcptNo, LnNo),
  FOREIGN KEY (Co, StNo, RcptNo) REFERENCES TLHD (Co, StNo, RcptNo),
  FOREIGN KEY (Co, ArtNo) REFERENCES ATMS (Co, ArtNo),
  FOREIGN KEY (Co, PmoNo) REFERENCES PMMS (Co, PmoNo)
);
CREATE TABLE PYCD ( -- means of payment
  PayCd TEXT PRIMARY KEY CHECK (PayCd IN ('CA','CR','DC','GV','MW')),
  Descr TEXT NOT NULL UNIQUE CHECK (Descr IN ('Cash','Credit card','Debit card','Gift voucher','Mobile wallet')),
  FeePct REAL NOT NULL CHECK (FeePct BETWEEN 0.1 AND 2.9) -- charge of the payment provider
);
CREATE TABLE TLPY ( -- payment on a receipt
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL,
  RcptNo INTEGER NOT NULL,
  SeqNo INTEGER NOT NULL CHECK (SeqNo BETWEEN 1 AND 9),
  PayCd TEXT NOT NULL,
  PayAmt REAL NOT NULL CHECK (PayAmt BETWEEN 2 AND 380),
  PRIMARY KEY (Co, StNo, RcptNo, SeqNo),
  FOREIGN KEY (Co, StNo, RcptNo) REFERENCES TLHD (Co, StNo, RcptNo),
  FOREIGN KEY (PayCd) REFERENCES PYCD (PayCd)
);
CREATE TABLE BKCD ( -- reasons for blocking a payment
  BlkCd TEXT PRIMARY KEY CHECK (BlkCd IN ('PD','QM','DL','DP')),
  Descr TEXT NOT NULL UNIQUE CHECK (Descr IN ('Price difference','Quantity missing','Damaged on delivery','Duplicate invoice'))
);
CREATE TABLE SIHD ( -- one supplier invoice
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  SuppNo INTEGER NOT NULL,
  InvNo TEXT NOT NULL,
  StNo INTEGER NOT NULL, -- shop that was supplied
  InvDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  PaidDt TEXT, -- NULL = unpaid
  InvAmt REAL NOT NULL CHECK (InvAmt BETWEEN 2000 AND 48000),
  PaidAmt REAL NOT NULL CHECK (PaidAmt BETWEEN 0 AND 2000), -- paid so far
  BlkCd TEXT, -- NULL = free for payment
  PRIMARY KEY (Co, SuppNo, InvNo),
  FOREIGN KEY (Co, SuppNo) REFERENCES SPMS (Co, SuppNo),
  FOREIGN KEY (Co, StNo) REFERENCES STMS (Co, StNo),
  FOREIGN KEY (BlkCd) REFERENCES BKCD (BlkCd)
);
CREATE TABLE SLPL ( -- sales plan per shop and month
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL,
  Mth TEXT NOT NULL CHECK (Mth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  PlnAmt REAL NOT NULL CHECK (PlnAmt BETWEEN 4000 AND 90000),
  PlnHrs INTEGER NOT NULL CHECK (PlnHrs BETWEEN 300 AND 2400), -- planned staff hours
  PRIMARY KEY (Co, StNo, Mth),
  FOREIGN KEY (Co, StNo) REFERENCES STMS (Co, StNo)
);
CREATE TABLE SLAC ( -- actual sales per shop, group, month
  Co INTEGER NOT NULL CHECK (Co IN (1,2,3)),
  StNo INTEGER NOT NULL,
  GrpCd TEXT NOT NULL,
  Mth TEXT NOT NULL CHECK (Mth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  ActAmt REAL NOT NULL CHECK (ActAmt BETWEEN 2500 AND 90000),
  PRIMARY KEY (Co, StNo, GrpCd, Mth),
  FOREIGN KEY (Co, StNo) REFERENCES STMS (Co, StNo),
  FOREIGN KEY (GrpCd) REFERENCES ATGP (GrpCd)
);
