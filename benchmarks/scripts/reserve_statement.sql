\set number :number + 1
\set order :base + :client_id * 100000000 + :number
\set product random(1, :products)
WITH changed AS (
    UPDATE level
       SET reserved = reserved + 1, entry_number = entry_number + 1, last_movement_at = now()
     WHERE product_id = :product AND warehouse_id = 1 AND on_hand - reserved >= 1
    RETURNING product_id, warehouse_id, on_hand, reserved, entry_number
), held AS (
    INSERT INTO reservation (product_id, warehouse_id, order_id, allocated, created_at)
    SELECT product_id, warehouse_id, CAST(:order AS bigint), 1, now() FROM changed
    ON CONFLICT (product_id, warehouse_id, order_id)
    DO UPDATE SET allocated = reservation.allocated + excluded.allocated
)
INSERT INTO movement (product_id, warehouse_id, entry_number, movement_type, quantity,
                      on_hand, reserved, order_id, reason, created_by, created_at)
SELECT product_id, warehouse_id, entry_number, 'reserved', 1,
       on_hand, reserved, CAST(:order AS bigint), 'Reserved for an order', 'pgbench', now()
  FROM changed
RETURNING on_hand, reserved, entry_number;
