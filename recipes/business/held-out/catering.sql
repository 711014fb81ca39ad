CREATE TABLE Kitchens ( -- production kitchens
  KitchenId INTEGER PRIMARY KEY,
  KitchenCode TEXT NOT NULL UNIQUE CHECK (KitchenCode IN ('K1','K2','K3','K4','K5')),
  City TEXT NOT NULL,
  ManagerName TEXT NOT NULL,
  MealsPerDay INTEGER NOT NULL CHECK (MealsPerDay BETWEEN 200 AND 1800), -- capacity
  Organic INTEGER NOT NULL CHECK (Organic IN (0,1)) -- 1 = certified organic
);
CREATE TABLE CostTypes ( -- kinds of kitchen cost
  CostTypeCode TEXT PRIMARY KEY CHECK (CostTypeCode IN ('CLN','ENR','FOD','LAB','REP')),
  CostTypeName TEXT NOT NULL UNIQUE CHECK (CostTypeName IN ('Cleaning','Energy','Food','Labour','Repairs'))
);
CREATE TABLE KitchenCosts ( -- cost of a kitchen per month and kind
  KitchenId INTEGER NOT NULL,
  CostTypeCode TEXT NOT NULL,
  CostMonth TEXT NOT NULL CHECK (CostMonth IN ('2024-01-01','2024-02-01','2024-03-01','2024-04-01','2024-05-01','2024-06-01')), -- first of the month
  BudgetAmount REAL NOT NULL CHECK (BudgetAmount BETWEEN 2000 AND 30000),
  ActualAmount REAL NOT NULL CHECK (ActualAmount BETWEEN 1800 AND 34000),
  PRIMARY KEY (KitchenId, CostTypeCode, CostMonth),
  FOREIGN KEY (KitchenId) REFERENCES Kitchens (KitchenId),
  FOREIGN KEY (CostTypeCode) REFERENCES CostTypes (CostTypeCode)
);
CREATE TABLE Suppliers ( -- vendors of food and packaging
  SupplierId INTEGER PRIMARY KEY,
  SupplierName TEXT NOT NULL,
  City TEXT NOT NULL,
  Country TEXT NOT NULL,
  PayDays INTEGER NOT NULL CHECK (PayDays IN (7,14,30,45)), -- days until a bill is due
  Status TEXT NOT NULL CHECK (Status IN ('A','H','X')) -- A approved, H on hold, X blocked
);
CREATE TABLE Ingredients ( -- raw material
  IngredientId INTEGER PRIMARY KEY,
  IngredientName TEXT NOT NULL UNIQUE CHECK (IngredientName IN ('Wheat flour','Butter','Whole milk','Cream','Eggs','Sugar','Sea salt','Olive oil','Chicken breast','Ground beef','Salmon fillet','Prawns','Tofu','Rice','Pasta','Potatoes','Tomatoes','Onions','Carrots','Spinach','Basil','Hazelnuts','Peanut paste','Soy sauce')),
  UsualSupplierId INTEGER NOT NULL,
  Unit TEXT NOT NULL CHECK (Unit IN ('kg','l','pc')),
  UnitCost REAL NOT NULL CHECK (UnitCost BETWEEN 0.4 AND 32),
  StockQuantity REAL NOT NULL CHECK (StockQuantity BETWEEN 0 AND 600),
  ReorderLevel REAL NOT NULL CHECK (ReorderLevel BETWEEN 5 AND 200),
  ShelfLifeDays INTEGER NOT NULL CHECK (ShelfLifeDays BETWEEN 2 AND 400),
  FOREIGN KEY (UsualSupplierId) REFERENCES Suppliers (SupplierId)
);
CREATE TABLE Allergens ( -- allergens that must be declared
  AllergenCode TEXT PRIMARY KEY CHECK (AllergenCode IN ('CEL','EGG','FSH','GLU','MLK','NUT','SES','SOY')),
  AllergenName TEXT NOT NULL UNIQUE CHECK (AllergenName IN ('Celery','Egg','Fish','Gluten','Milk','Nuts','Sesame','Soy'))
);
CREATE TABLE IngredientAllergens ( -- allergen in a raw material
  IngredientId INTEGER NOT NULL,
  AllergenCode TEXT NOT NULL,
  TraceOnly INTEGER NOT NULL CHECK (TraceOnly IN (0,1)), -- 1 = may contain traces
  PRIMARY KEY (IngredientId, AllergenCode),
  FOREIGN KEY (IngredientId) REFERENCES Ingredients (IngredientId),
  FOREIGN KEY (AllergenCode) REFERENCES Allergens (AllergenCode)
);
CREATE TABLE Recipes ( -- dish that we make and sell
  RecipeId INTEGER PRIMARY KEY,
  DishName TEXT NOT NULL UNIQUE CHECK (DishName IN ('Tomato soup','Carrot soup','Caesar salad','Lentil salad','Chicken curry','Beef stew','Vegetable lasagne','Salmon with spinach','Prawn risotto','Tofu bowl','Mushroom pie','Potato gratin','Pasta pesto','Cheese quiche','Apple crumble','Chocolate mousse','Lemon tart','Rice pudding')),
  Course TEXT NOT NULL CHECK (Course IN ('S','M','D')), -- S starter, M main, D dessert
  Diet TEXT NOT NULL CHECK (Diet IN ('all','vegetarian','vegan')),
  Portions INTEGER NOT NULL CHECK (Portions BETWEEN 10 AND 90), -- portions that one batch yields
  PortionPrice REAL NOT NULL CHECK (PortionPrice BETWEEN 2.5 AND 24),
  CookMinutes INTEGER NOT NULL CHECK (CookMinutes BETWEEN 10 AND 240),
  RetiredDate TEXT, -- NULL = on the menu
  Note TEXT
);
CREATE TABLE RecipeLines ( -- raw material in a recipe
  RecipeId INTEGER NOT NULL,
  LineNumber INTEGER NOT NULL CHECK (LineNumber BETWEEN 1 AND 99),
  IngredientId INTEGER NOT NULL,
  Quantity REAL NOT NULL CHECK (Quantity BETWEEN 0.05 AND 14), -- per batch, in the ingredient's unit
  WastePercent REAL NOT NULL CHECK (WastePercent BETWEEN 0 AND 25),
  PRIMARY KEY (RecipeId, LineNumber),
  FOREIGN KEY (RecipeId) REFERENCES Recipes (RecipeId),
  FOREIGN KEY (IngredientId) REFERENCES Ingredients (IngredientId)
);
CREATE TABLE Batches ( -- cooking of a recipe in a kitchen
  BatchId INTEGER PRIMARY KEY,
  RecipeId INTEGER NOT NULL,
  KitchenId INTEGER NOT NULL,
  CookedDate TEXT NOT NULL,
  ExpiryDate TEXT NOT NULL,
  PortionsPlanned INTEGER NOT NULL CHECK (PortionsPlanned BETWEEN 20 AND 400),
  PortionsMade INTEGER NOT NULL CHECK (PortionsMade BETWEEN 15 AND 400),
  PortionsWasted INTEGER NOT NULL CHECK (PortionsWasted BETWEEN 0 AND 30),
  CoreTemp REAL CHECK (CoreTemp BETWEEN 60 AND 95), -- degrees Celsius; NULL = not measured
  QualityStatus TEXT NOT NULL CHECK (QualityStatus IN ('R','Q','B')), -- R released, Q in quarantine, B barred
  FOREIGN KEY (RecipeId) REFERENCES Recipes (RecipeId),
  FOREIGN KEY (KitchenId) REFERENCES Kitchens (KitchenId)
);
CREATE TABLE Customers ( -- firms and schools we cater for
  CustomerId INTEGER PRIMARY KEY,
  CustomerName TEXT NOT NULL,
  Segment TEXT NOT NULL CHECK (Segment IN ('SCH','OFF','HOS','EVT')), -- SCH school, OFF office, HOS hospital, EVT event
  ContactName TEXT NOT NULL,
  City TEXT NOT NULL,
  CreditLimit REAL NOT NULL CHECK (CreditLimit BETWEEN 2000 AND 40000),
  ContractEndDate TEXT, -- NULL = no fixed end
  Active INTEGER NOT NULL CHECK (Active IN (0,1))
);
CREATE TABLE Orders ( -- catering order
  OrderId INTEGER PRIMARY KEY,
  CustomerId INTEGER NOT NULL,
  KitchenId INTEGER NOT NULL,
  OrderDate TEXT NOT NULL,
  DeliveryDate TEXT NOT NULL, -- day the food is wanted
  Guests INTEGER NOT NULL CHECK (Guests BETWEEN 10 AND 500),
  OrderStatus TEXT NOT NULL CHECK (OrderStatus IN ('Q','C','D','X')), -- Q quoted, C confirmed, D delivered, X cancelled
  FOREIGN KEY (CustomerId) REFERENCES Customers (CustomerId),
  FOREIGN KEY (KitchenId) REFERENCES Kitchens (KitchenId)
);
CREATE TABLE OrderLines ( -- dish on an order
  OrderId INTEGER NOT NULL,
  LineNumber INTEGER NOT NULL CHECK (LineNumber BETWEEN 1 AND 99),
  RecipeId INTEGER NOT NULL,
  PortionsOrdered INTEGER NOT NULL CHECK (PortionsOrdered BETWEEN 5 AND 300),
  LineAmount REAL NOT NULL CHECK (LineAmount BETWEEN 20 AND 3200),
  PRIMARY KEY (OrderId, LineNumber),
  FOREIGN KEY (OrderId) REFERENCES Orders (OrderId),
  FOREIGN KEY (RecipeId) REFERENCES Recipes (RecipeId)
);
CREATE TABLE Deliveries ( -- drop of food at a customer
  DeliveryId INTEGER PRIMARY KEY,
  OrderId INTEGER NOT NULL,
  VanCode TEXT NOT NULL CHECK (VanCode IN ('V1','V2','V3','V4','V5')),
  PlannedDate TEXT NOT NULL,
  DeliveredDate TEXT, -- NULL = not delivered yet
  Boxes INTEGER NOT NULL CHECK (Boxes BETWEEN 1 AND 60),
  BoxesReturned INTEGER NOT NULL CHECK (BoxesReturned BETWEEN 0 AND 40), -- empty boxes taken back
  ComplaintNote TEXT, -- NULL = no complaint
  FOREIGN KEY (OrderId) REFERENCES Orders (OrderId)
);
CREATE TABLE Invoices ( -- invoice to a customer
  InvoiceId INTEGER PRIMARY KEY,
  InvoiceNumber TEXT NOT NULL,
  CustomerId INTEGER NOT NULL,
  OrderId INTEGER NOT NULL,
  InvoiceDate TEXT NOT NULL,
  DueDate TEXT NOT NULL,
  InvoiceAmount REAL NOT NULL CHECK (InvoiceAmount BETWEEN 400 AND 12000),
  PaidAmount REAL NOT NULL CHECK (PaidAmount BETWEEN 0 AND 400),
  ReminderLevel INTEGER NOT NULL CHECK (ReminderLevel IN (0,1,2,3)), -- reminders sent so far
  ClosedDate TEXT, -- NULL = still open
  FOREIGN KEY (CustomerId) REFERENCES Customers (CustomerId),
  FOREIGN KEY (OrderId) REFERENCES Orders (OrderId)
);
CREATE TABLE SupplierBills ( -- bill from a vendor
  BillId INTEGER PRIMARY KEY,
  SupplierId INTEGER NOT NULL,
  KitchenId INTEGER NOT NULL, -- kitchen that bears it
  BillNumber TEXT NOT NULL,
  BillDate TEXT NOT NULL,
  DueDate TEXT NOT NULL,
  PaidDate TEXT, -- NULL = unpaid
  BillAmount REAL NOT NULL CHECK (BillAmount BETWEEN 150 AND 9000),
  DiscountAmount REAL NOT NULL CHECK (DiscountAmount BETWEEN 0 AND 120),
  BillStatus TEXT NOT NULL CHECK (BillStatus IN ('E','A','P','D')), -- E entered, A approved, P paid, D disputed
  FOREIGN KEY (SupplierId) REFERENCES Suppliers (SupplierId),
  FOREIGN KEY (KitchenId) REFERENCES Kitchens (KitchenId)
);
