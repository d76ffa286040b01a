-- The other sides' ledger: as wide as Onhand's, with the keys and indexes the same reads need.
-- Foreign keys are left out on purpose: each would cost this side a look-up per insert.
CREATE TABLE product (
    product_id      bigint PRIMARY KEY,
    sku             text NOT NULL UNIQUE,
    name            text NOT NULL,
    track_inventory boolean NOT NULL DEFAULT true
);
CREATE TABLE level (
    product_id       bigint NOT NULL,
    warehouse_id     bigint NOT NULL,
    on_hand          bigint NOT NULL,
    reserved         bigint NOT NULL DEFAULT 0,
    entry_number     bigint NOT NULL DEFAULT 0,
    last_movement_at timestamptz,
    PRIMARY KEY (product_id, warehouse_id),
    CHECK (reserved BETWEEN 0 AND on_hand)
) WITH (fillfactor = 80);
CREATE TABLE reservation (
    product_id   bigint NOT NULL,
    warehouse_id bigint NOT NULL,
    order_id     bigint NOT NULL,
    allocated    bigint NOT NULL,
    backordered  bigint NOT NULL DEFAULT 0,
    expires_at   timestamptz,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (product_id, warehouse_id, order_id)
);
CREATE INDEX reservation_order ON reservation (order_id);
CREATE TABLE movement (
    id              bigint GENERATED ALWAYS AS IDENTITY,
    product_id      bigint NOT NULL,
    warehouse_id    bigint NOT NULL,
    entry_number    bigint NOT NULL,
    movement_type   text NOT NULL,
    quantity        bigint NOT NULL,
    on_hand         bigint NOT NULL,
    reserved        bigint NOT NULL,
    order_id        bigint,
    reference       text,
    reason          text,
    created_by      text NOT NULL,
    idempotency_key text,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (product_id, warehouse_id, entry_number)
);
CREATE INDEX movement_order ON movement (order_id);
CREATE UNIQUE INDEX movement_idempotency_key ON movement (idempotency_key)
    WHERE idempotency_key IS NOT NULL;
