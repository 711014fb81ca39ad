CREATE TABLE GroupAccount ( -- employer that buys cover for its staff
  GroupId INTEGER PRIMARY KEY CHECK (GroupId IN (501,502,503,504,505,506,507,508)),
  GroupName TEXT NOT NULL UNIQUE CHECK (GroupName IN ('Harlow Foods','Tidewater Schools','Brightline Media','Kestrel Mining','Pine Valley Dairy','Orchard Bank','Delta Textiles','Northway Logistics')),
  Industry TEXT NOT NULL CHECK (Industry IN ('Food','Education','Media','Mining','Finance','Transport')),
  RenewalMonth INTEGER CHECK (RenewalMonth BETWEEN 1 AND 12), -- calendar month of renewal
  GroupStatus TEXT NOT NULL CHECK (GroupStatus IN ('A','T','G')) -- A active, T terminated, G grace period
);
CREATE TABLE HealthPlan ( -- product sold to members
  PlanId INTEGER PRIMARY KEY CHECK (PlanId IN (10,20,30,40,50,60)),
  PlanName TEXT NOT NULL UNIQUE CHECK (PlanName IN ('Essential Bronze','Select Silver','Family Silver Plus','Premier Gold','Senior Advantage','Campus Basic')),
  NetworkType TEXT NOT NULL CHECK (NetworkType IN ('HMO','PPO','EPO')),
  ClosedDate TEXT CHECK (ClosedDate BETWEEN '2023-06-30' AND '2024-12-31') -- NULL = still on sale
);
CREATE TABLE PlanYear ( -- terms of a plan in one year
  PlanId INTEGER NOT NULL REFERENCES HealthPlan (PlanId),
  YearNo INTEGER NOT NULL CHECK (YearNo IN (2022,2023,2024)),
  MonthlyRate REAL NOT NULL CHECK (MonthlyRate BETWEEN 180 AND 1400),
  Deductible REAL NOT NULL CHECK (Deductible BETWEEN 250 AND 7000),
  OutOfPocketMax REAL NOT NULL CHECK (OutOfPocketMax BETWEEN 2000 AND 16000),
  PRIMARY KEY (PlanId, YearNo)
);
CREATE TABLE Member ( -- insured person
  MemberId INTEGER PRIMARY KEY,
  FirstName TEXT NOT NULL,
  LastName TEXT NOT NULL,
  BirthDate TEXT,
  Gender TEXT CHECK (Gender IN ('F','M','X')),
  City TEXT,
  Email TEXT,
  MemberStatus TEXT NOT NULL CHECK (MemberStatus IN ('A','S','L')) -- A active, S suspended, L left
);
CREATE TABLE Enrolment ( -- cover of a member in a plan
  EnrolmentId INTEGER PRIMARY KEY,
  MemberId INTEGER NOT NULL REFERENCES Member (MemberId),
  PlanId INTEGER NOT NULL REFERENCES HealthPlan (PlanId),
  GroupId INTEGER REFERENCES GroupAccount (GroupId), -- NULL = bought individually
  StartDate TEXT NOT NULL CHECK (StartDate BETWEEN '2022-01-01' AND '2024-12-01'),
  EndDate TEXT CHECK (EndDate BETWEEN '2022-06-30' AND '2024-12-31'), -- NULL = cover still runs
  Tier TEXT NOT NULL CHECK (Tier IN ('S','C','F')), -- S single, C couple, F family
  DependentCount INTEGER CHECK (DependentCount BETWEEN 0 AND 5)
);
CREATE TABLE CareType ( -- code table of kinds of provider
  CareTypeCode TEXT PRIMARY KEY CHECK (CareTypeCode IN ('HOSP','PHYS','LAB','DENT')),
  CareTypeName TEXT NOT NULL UNIQUE CHECK (CareTypeName IN ('Hospital','Physician practice','Laboratory','Dental office'))
);
CREATE TABLE CareProvider ( -- hospital, practice or lab
  ProviderId INTEGER PRIMARY KEY,
  ProviderName TEXT NOT NULL CHECK (ProviderName IN ('St Brendan Hospital','Lakeside Family Practice','Quantum Labs','Bright Smile Dental','Motion Physio','Union Memorial','Elm Street Medical','Cityview Imaging','Harmony Therapy','Westgate Dental')),
  CareTypeCode TEXT NOT NULL REFERENCES CareType (CareTypeCode),
  City TEXT,
  InNetwork TEXT NOT NULL CHECK (InNetwork IN ('Y','N')),
  ContractEndDate TEXT CHECK (ContractEndDate BETWEEN '2024-03-31' AND '2026-12-31') -- NULL = open-ended contract
);
CREATE TABLE Claim ( -- request for payment of one treatment
  ClaimId INTEGER PRIMARY KEY,
  MemberId INTEGER NOT NULL REFERENCES Member (MemberId),
  PlanId INTEGER NOT NULL REFERENCES HealthPlan (PlanId),
  TreatingId INTEGER REFERENCES CareProvider (ProviderId), -- provider who gave the treatment
  ServiceDate TEXT CHECK (ServiceDate BETWEEN '2023-01-01' AND '2024-12-15'),
  ReceivedDate TEXT CHECK (ReceivedDate BETWEEN '2023-01-05' AND '2024-12-31'),
  DecidedDate TEXT CHECK (DecidedDate BETWEEN '2023-01-10' AND '2024-12-31'), -- NULL = not decided
  ClaimStatus TEXT NOT NULL CHECK (ClaimStatus IN ('R','P','D','S')), -- R received, P paid, D denied, S suspended for review
  Channel TEXT CHECK (Channel IN ('EDI','PAPER','PORTAL'))
);
CREATE TABLE ServiceItem ( -- code table of medical services
  ServiceCode TEXT PRIMARY KEY CHECK (ServiceCode IN ('S100','S110','S200','S210','S300','S310','S400','S500')),
  ServiceName TEXT NOT NULL UNIQUE CHECK (ServiceName IN ('Consultation','Emergency visit','MRI scan','Blood panel','Root canal','Physiotherapy session','Hip replacement','Ambulance ride')),
  NeedsApproval TEXT NOT NULL CHECK (NeedsApproval IN ('Y','N'))
);
CREATE TABLE ClaimLine ( -- one service on a claim
  ClaimId INTEGER NOT NULL REFERENCES Claim (ClaimId),
  LineNo INTEGER NOT NULL CHECK (LineNo BETWEEN 1 AND 12),
  ServiceCode TEXT NOT NULL REFERENCES ServiceItem (ServiceCode),
  Units INTEGER NOT NULL CHECK (Units BETWEEN 1 AND 8),
  ChargedAmount REAL NOT NULL CHECK (ChargedAmount BETWEEN 40 AND 9000), -- asked by the provider
  AllowedAmount REAL CHECK (AllowedAmount BETWEEN 30 AND 7000), -- NULL = not priced yet
  MemberAmount REAL CHECK (MemberAmount BETWEEN 5 AND 900), -- member's own share, copay and deductible
  PRIMARY KEY (ClaimId, LineNo)
);
CREATE TABLE DenialReason ( -- code table of denial reasons
  ReasonCode TEXT PRIMARY KEY CHECK (ReasonCode IN ('NOAUT','NOCOV','DUPCL','LATEF','NOTMN')),
  ReasonText TEXT NOT NULL UNIQUE CHECK (ReasonText IN ('No prior approval','Not covered','Duplicate claim','Filed too late','Not medically necessary')),
  Appealable TEXT NOT NULL CHECK (Appealable IN ('Y','N'))
);
CREATE TABLE Denial ( -- one refusal of a claim
  DenialId INTEGER PRIMARY KEY,
  ClaimId INTEGER NOT NULL REFERENCES Claim (ClaimId),
  ReasonCode TEXT REFERENCES DenialReason (ReasonCode),
  DenialDate TEXT CHECK (DenialDate BETWEEN '2023-01-10' AND '2024-12-31'),
  DeniedAmount REAL NOT NULL CHECK (DeniedAmount BETWEEN 40 AND 6000),
  AppealDate TEXT CHECK (AppealDate BETWEEN '2023-02-01' AND '2024-12-31'), -- NULL = no appeal
  AppealResult TEXT CHECK (AppealResult IN ('U','V','W')) -- U upheld, V overturned, W withdrawn
);
CREATE TABLE ClaimPayment ( -- money paid out on a claim
  PaymentId INTEGER PRIMARY KEY,
  ClaimId INTEGER NOT NULL REFERENCES Claim (ClaimId),
  PaidDate TEXT CHECK (PaidDate BETWEEN '2023-01-15' AND '2024-12-31'),
  PaidAmount REAL NOT NULL CHECK (PaidAmount BETWEEN 30 AND 8000),
  PayeeKind TEXT NOT NULL CHECK (PayeeKind IN ('P','M')), -- P provider, M member
  Method TEXT CHECK (Method IN ('EFT','CHECK','CARD'))
);
CREATE TABLE BilledPremium ( -- premium billed for one month
  BillId INTEGER PRIMARY KEY,
  EnrolmentId INTEGER NOT NULL REFERENCES Enrolment (EnrolmentId),
  CoverMonth TEXT NOT NULL CHECK (CoverMonth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  DueDate TEXT CHECK (DueDate BETWEEN '2024-01-05' AND '2024-07-31'),
  BilledAmount REAL NOT NULL CHECK (BilledAmount BETWEEN 150 AND 2600)
);
CREATE TABLE ReceivedPremium ( -- premium money that came in
  ReceiptId INTEGER PRIMARY KEY,
  BillId INTEGER NOT NULL REFERENCES BilledPremium (BillId),
  ReceivedDate TEXT CHECK (ReceivedDate BETWEEN '2024-01-05' AND '2024-09-30'),
  ReceivedAmount REAL NOT NULL CHECK (ReceivedAmount BETWEEN 100 AND 2600),
  Source TEXT CHECK (Source IN ('BANK','CARD','PAYROLL'))
);
CREATE TABLE Reserve ( -- money set aside per month
  PlanId INTEGER NOT NULL REFERENCES HealthPlan (PlanId),
  ReserveMonth TEXT NOT NULL CHECK (ReserveMonth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  ReserveKind TEXT NOT NULL CHECK (ReserveKind IN ('CASE','IBNR')), -- CASE known claims, IBNR incurred but not reported
  ReserveAmount REAL NOT NULL CHECK (ReserveAmount BETWEEN 5000 AND 900000),
  PRIMARY KEY (PlanId, ReserveMonth, ReserveKind)
);
CREATE TABLE PlanBudget ( -- expected cost per plan and month
  PlanId INTEGER NOT NULL REFERENCES HealthPlan (PlanId),
  BudgetMonth TEXT NOT NULL CHECK (BudgetMonth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')),
  ClaimsBudget REAL NOT NULL CHECK (ClaimsBudget BETWEEN 2000 AND 250000), -- expected claim payments
  MembersBudget INTEGER CHECK (MembersBudget BETWEEN 10 AND 400), -- expected head count
  PRIMARY KEY (PlanId, BudgetMonth)
);
