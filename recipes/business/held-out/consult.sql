CREATE TABLE MGMS ( -- a manager
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  MgNo INTEGER NOT NULL,
  LastNm TEXT NOT NULL,
  FirstNm TEXT NOT NULL,
  Disc TEXT CHECK (Disc IN ('STRUCT','CIVIL','ELEC','MECH','ENVIR')), -- discipline
  Grade INTEGER CHECK (Grade IN (1,2,3,4)), -- 4 = principal
  JoinDt TEXT NOT NULL,
  Active TEXT NOT NULL CHECK (Active IN ('Y','N')),
  PRIMARY KEY (Fm, MgNo)
);
CREATE TABLE CLNT ( -- a client of the consultancy
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  ClNo INTEGER NOT NULL,
  ClName TEXT NOT NULL,
  Sector TEXT CHECK (Sector IN ('PUB','IND','UTIL','PRIV')), -- PUB public, IND industry, UTIL utility, PRIV private
  City TEXT,
  ClStat TEXT NOT NULL CHECK (ClStat IN ('A','H')), -- A active, H on hold
  TermDays INTEGER CHECK (TermDays IN (15,30,60)), -- days to pay
  PRIMARY KEY (Fm, ClNo)
);
CREATE TABLE ENMS ( -- an engagement, that is a contract with a client
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  EnNo INTEGER NOT NULL,
  EnDesc TEXT NOT NULL CHECK (EnDesc IN ('Bridge inspection','Substation design','Flood study','Harbour upgrade','Tunnel ventilation','Site survey','Wind farm grid study','Sewer renewal','Noise assessment','Factory layout')),
  ClNo INTEGER NOT NULL,
  MgNo INTEGER NOT NULL,
  EnTyp TEXT NOT NULL CHECK (EnTyp IN ('L','T','C')), -- L lump sum, T time and expense, C cost plus
  EnStat TEXT NOT NULL CHECK (EnStat IN ('P','O','S','C')), -- P proposal, O open, S soft-closed, C closed
  StartDt TEXT NOT NULL,
  EndDt TEXT, -- NULL = not finished
  CtrAmt REAL CHECK (CtrAmt BETWEEN 20000 AND 900000), -- contract value
  RetPct REAL CHECK (RetPct BETWEEN 2 AND 15), -- percent retained from each billing
  PRIMARY KEY (Fm, EnNo),
  FOREIGN KEY (Fm, ClNo) REFERENCES CLNT (Fm, ClNo),
  FOREIGN KEY (Fm, MgNo) REFERENCES MGMS (Fm, MgNo)
);
CREATE TABLE ENTK ( -- a task within an engagement
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  EnNo INTEGER NOT NULL,
  TkNo INTEGER NOT NULL,
  TkDesc TEXT NOT NULL CHECK (TkDesc IN ('Kick-off','Field work','Concept','Detailed design','Permit file','Tender support','Site supervision','Final report')),
  TkStat TEXT NOT NULL CHECK (TkStat IN ('N','W','D','H')), -- N not begun, W in work, D done, H on hold
  DueDt TEXT,
  PctCmp REAL CHECK (PctCmp BETWEEN 1 AND 100), -- percent complete
  PRIMARY KEY (Fm, EnNo, TkNo),
  FOREIGN KEY (Fm, EnNo) REFERENCES ENMS (Fm, EnNo)
);
CREATE TABLE EXCD ( -- code table of expense classes
  ExCl TEXT NOT NULL PRIMARY KEY CHECK (ExCl IN ('LAB','SUB','TRV','EQP','LABT','SOFT')),
  ExDesc TEXT NOT NULL UNIQUE CHECK (ExDesc IN ('Own labour','Subconsultants','Travel','Equipment hire','Laboratory tests','Software')),
  Bkt TEXT NOT NULL CHECK (Bkt IN ('D','I')) -- D direct, I indirect
);
CREATE TABLE ENES ( -- estimate of a task by expense class
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  EnNo INTEGER NOT NULL,
  TkNo INTEGER NOT NULL,
  ExCl TEXT NOT NULL,
  OrgAmt REAL CHECK (OrgAmt BETWEEN 1000 AND 80000), -- original estimate
  CurAmt REAL CHECK (CurAmt BETWEEN 1000 AND 90000), -- current estimate with changes
  EstHrs REAL CHECK (EstHrs BETWEEN 10 AND 900),
  PRIMARY KEY (Fm, EnNo, TkNo, ExCl),
  FOREIGN KEY (Fm, EnNo, TkNo) REFERENCES ENTK (Fm, EnNo, TkNo),
  FOREIGN KEY (ExCl) REFERENCES EXCD (ExCl)
);
CREATE TABLE ENMA ( -- actual cost and hours of a month
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  EnNo INTEGER NOT NULL,
  TkNo INTEGER NOT NULL,
  ExCl TEXT NOT NULL,
  Mth TEXT NOT NULL CHECK (Mth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01','2024-07-01','2024-08-01')),
  ActCst REAL CHECK (ActCst BETWEEN 500 AND 60000),
  ActHrs REAL CHECK (ActHrs BETWEEN 4 AND 320),
  PRIMARY KEY (Fm, EnNo, TkNo, ExCl, Mth),
  FOREIGN KEY (Fm, EnNo, TkNo) REFERENCES ENTK (Fm, EnNo, TkNo),
  FOREIGN KEY (ExCl) REFERENCES EXCD (ExCl)
);
CREATE TABLE VNMS ( -- a vendor or subconsultant
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  VnNo INTEGER NOT NULL,
  VnName TEXT NOT NULL,
  VnTyp TEXT CHECK (VnTyp IN ('S','M','R')), -- S subconsultant, M material, R rental
  City TEXT,
  InsExpDt TEXT, -- insurance proof ends; NULL = none
  PRIMARY KEY (Fm, VnNo)
);
CREATE TABLE ENPS ( -- a single cost posting
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  PsNo INTEGER NOT NULL,
  EnNo INTEGER NOT NULL,
  TkNo INTEGER NOT NULL,
  ExCl TEXT NOT NULL,
  PsDt TEXT NOT NULL,
  Src TEXT NOT NULL CHECK (Src IN ('TS','VB','EX','JE')), -- TS timesheet, VB vendor bill, EX expense report, JE journal entry
  VnNo INTEGER, -- NULL = own cost
  PsCst REAL CHECK (PsCst BETWEEN 50 AND 12000),
  PsHrs REAL CHECK (PsHrs BETWEEN 1 AND 60),
  PsDesc TEXT CHECK (PsDesc IN ('Survey crew','Soil samples','Train tickets','Drone hire','Model run','Drawing check','Overnight stay','Licence fee')),
  PRIMARY KEY (Fm, PsNo),
  FOREIGN KEY (Fm, EnNo, TkNo) REFERENCES ENTK (Fm, EnNo, TkNo),
  FOREIGN KEY (ExCl) REFERENCES EXCD (ExCl),
  FOREIGN KEY (Fm, VnNo) REFERENCES VNMS (Fm, VnNo)
);
CREATE TABLE CBHD ( -- a billing to the client
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  CbNo INTEGER NOT NULL,
  EnNo INTEGER NOT NULL,
  CbDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  BilAmt REAL CHECK (BilAmt BETWEEN 3000 AND 120000),
  RetAmt REAL CHECK (RetAmt BETWEEN 100 AND 9000), -- retained by the client
  PaidAmt REAL CHECK (PaidAmt BETWEEN 500 AND 100000),
  CbStat TEXT NOT NULL CHECK (CbStat IN ('O','P','D')), -- O open, P paid, D disputed
  PRIMARY KEY (Fm, CbNo),
  FOREIGN KEY (Fm, EnNo) REFERENCES ENMS (Fm, EnNo)
);
CREATE TABLE CBLN ( -- a line of a billing
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  CbNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  LnDesc TEXT CHECK (LnDesc IN ('Progress fee','Reimbursables','Extra services','Milestone')),
  LnAmt REAL CHECK (LnAmt BETWEEN 500 AND 40000),
  PRIMARY KEY (Fm, CbNo, LnNo),
  FOREIGN KEY (Fm, CbNo) REFERENCES CBHD (Fm, CbNo)
);
CREATE TABLE VBHD ( -- a bill received from a vendor
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  VbNo INTEGER NOT NULL,
  VnNo INTEGER NOT NULL,
  RefNo TEXT, -- vendor's own bill number
  VbDt TEXT NOT NULL,
  DueDt TEXT NOT NULL,
  VbAmt REAL CHECK (VbAmt BETWEEN 400 AND 38000),
  PayBlk TEXT CHECK (PayBlk IN ('I','P','Q')), -- I insurance lapsed, P paid when paid, Q query; NULL = free to pay
  PaidDt TEXT, -- NULL = unpaid
  PRIMARY KEY (Fm, VbNo),
  FOREIGN KEY (Fm, VnNo) REFERENCES VNMS (Fm, VnNo)
);
CREATE TABLE VBLN ( -- a line of a vendor's bill
  Fm INTEGER NOT NULL CHECK (Fm IN (1,2,3)),
  VbNo INTEGER NOT NULL,
  LnNo INTEGER NOT NULL,
  EnNo INTEGER NOT NULL,
  TkNo INTEGER NOT NULL,
  ExCl TEXT NOT NULL,
  LnAmt REAL CHECK (LnAmt BETWEEN 100 AND 15000),
  PRIMARY KEY (Fm, VbNo, LnNo),
  FOREIGN KEY (Fm, VbNo) REFERENCES VBHD (Fm, VbNo),
  FOREIGN KEY (Fm, EnNo, TkNo) REFERENCES ENTK (Fm, EnNo, TkNo),
  FOREIGN KEY (ExCl) REFERENCES EXCD (ExCl)
);
