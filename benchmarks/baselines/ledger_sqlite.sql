-- ledger.sql for SQLite, where a STRICT table's integers are 64 bits wide.
CREATE TABLE level (
    product_id       INTEGER NOT NULL,
    warehouse_id     INTEGER NOT NULL,
    on_hand          INTEGER NOT NULL,
    reserved         INTEGER NOT NULL DEFAULT 0,
    entry_number     INTEGER NOT NULL DEFAULT 0,
    last_movement_at TEXT,
    PRIMARY KEY (product_id, warehouse_id),
    CHECK (reserved BETWEEN 0 AND on_hand)
) STRICT, WITHOUT ROWID;
CREATE TABLE reservation (
    product_id   INTEGER NOT NULL,
    warehouse_id INTEGER NOT NULL,
    order_id     INTEGER NOT NULL,
    allocated    INTEGER NOT NULL,
    backordered  INTEGER NOT NULL DEFAULT 0,
    expires_at   TEXT,
    created_at   TEXT NOT NULL,
    PRIMARY KEY (product_id, warehouse_id, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_order ON reservation (order_id);
CREATE TABLE movement (
    id            INTEGER PRIMARY KEY,
    product_id    INTEGER NOT NULL,
    warehouse_id  INTEGER NOT NULL,
    entry_number  INTEGER NOT NULL,
    movement_type TEXT NOT NULL,
    quantity      INTEGER NOT NULL,
    on_hand       INTEGER NOT NULL,
    reserved      INTEGER NOT NULL,
    order_id      INTEGER,
    reference     TEXT,
    reason        TEXT,
    created_by    TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    UNIQUE (product_id, warehouse_id, entry_number)
) STRICT;
CREATE INDEX movement_order ON movement (order_id);
