/** The rows of every table of ../schema.sql, with the columns in the order of the DDL. Money in dollars, dates in ISO text. */
export type Company = {
  Co: number;
  Name: string;
  State: string;
  CustGroup: number;
  VendGroup: number;
  RetPct: number;
  LastMthClosed: string;
};
export type Customer = {
  CustGroup: number;
  Customer: number;
  Name: string;
  City: string;
  State: string;
  CreditLimit: number | null;
  Status: string;
};
export type Job = {
  Co: number;
  Job: string;
  Description: string;
  CustGroup: number;
  Customer: number;
  JobStatus: number;
  ProjMgr: string;
  StartDate: string;
  CloseDate: string | null;
  ContractAmt: number;
};
export type Receivable = {
  Co: number;
  Mth: string;
  ARTrans: number;
  ARType: string;
  CustGroup: number;
  Customer: number;
  Job: string | null;
  Invoice: string;
  TransDate: string;
  DueDate: string;
  Amount: number;
  AmtPaid: number;
  Retainage: number;
  PayFullDate: string | null;
};
export type Vendor = {
  VendGroup: number;
  Vendor: number;
  Name: string;
  State: string;
  VendType: string;
  InsExpDate: string | null;
  ActiveYN: string;
};
export type Payable = {
  Co: number;
  Mth: string;
  APTrans: number;
  VendGroup: number;
  Vendor: number;
  APRef: string;
  InvDate: string;
  DueDate: string;
  InvTotal: number;
  PayFullDate: string | null;
};
export type PayableLine = {
  Co: number;
  Mth: string;
  APTrans: number;
  APLine: number;
  Job: string | null;
  Phase: string | null;
  CostType: number | null;
  GLAcct: string;
  LineDesc: string;
  GrossAmt: number;
  Retainage: number;
  PaidDate: string | null;
};
export type Hold = {
  Co: number;
  Mth: string;
  APTrans: number;
  APLine: number;
  HoldCode: string;
  HoldDate: string;
  ReleaseDate: string | null;
};
export type CostTypeRow = { CostType: number; CTDesc: string };
export type Phase = { Co: number; Job: string; Phase: string; PhaseDesc: string };
export type Estimate = {
  Co: number;
  Job: string;
  Phase: string;
  CostType: number;
  EstHours: number;
  EstCost: number;
};
export type MonthlyCost = {
  Co: number;
  Job: string;
  Phase: string;
  CostType: number;
  Mth: string;
  ActualHours: number;
  ActualCost: number;
  CommittedCost: number;
};
export type CostDetail = {
  Co: number;
  Mth: string;
  CostTrans: number;
  Job: string;
  Phase: string;
  CostType: number;
  PostDate: string;
  Source: string;
  Hours: number;
  Cost: number;
};
export type Employee = {
  Co: number;
  Employee: number;
  LastName: string;
  FirstName: string;
  Craft: string;
  HireDate: string;
  TermDate: string | null;
  HrlyRate: number;
};
export type Timesheet = {
  Co: number;
  PREndDate: string;
  Employee: number;
  PostSeq: number;
  PostDate: string;
  Job: string | null;
  Phase: string | null;
  EarnCode: string;
  Hours: number;
  Amt: number;
};
export type Account = { Co: number; GLAcct: string; AcctDesc: string; AcctType: string };
export type LedgerEntry = {
  Co: number;
  Mth: string;
  GLTrans: number;
  GLAcct: string;
  ActDate: string;
  Source: string;
  Amount: number;
};

/** Table name → rows, in an order in which every foreign key points backwards. */
export type Tables = {
  APCO: Company[];
  ARCM: Customer[];
  JCJM: Job[];
  ARTH: Receivable[];
  APVM: Vendor[];
  APTH: Payable[];
  JCCT: CostTypeRow[];
  JCJP: Phase[];
  JCCH: Estimate[];
  JCCP: MonthlyCost[];
  GLAC: Account[];
  APTD: PayableLine[];
  APHD: Hold[];
  JCCD: CostDetail[];
  PREH: Employee[];
  PRTH: Timesheet[];
  GLDT: LedgerEntry[];
};
