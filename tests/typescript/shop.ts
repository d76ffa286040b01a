/** What a shop's developer writes first: each answer and each refusal has its type. */
import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { components, paths } from "./onhand.js";

type Product = components["schemas"]["ProductData"];

const onhand = createClient<paths>({ baseUrl: process.argv[2] ?? "http://127.0.0.1:8080" });

const made = await onhand.POST("/api/v1/operations/products", {
  body: { sku: "LAMP", name: "Lamp", selling_price: 12.5, stock_quantity: 20, reorder_point: 5 },
});
assert.ok(made.data, JSON.stringify(made.error));
const lamp: Product = made.data.data;
assert.equal(lamp.selling_price, 12.5);

const held = await onhand.POST("/api/v1/operations/inventory/{product_id}/reserve", {
  params: { path: { product_id: lamp.id }, header: { "Idempotency-Key": "order-789" } },
  body: { quantity: 5, order_id: 789 },
});
assert.equal(held.data?.data.quantity_available, 15);

const short = await onhand.POST("/api/v1/operations/inventory/{product_id}/reserve", {
  params: { path: { product_id: lamp.id }, query: { dry_run: true } },
  body: { quantity: 50, order_id: 790 },
});
assert.equal(short.response.status, 422);
assert.deepEqual(short.error?.errors["quantity"], [
  "Insufficient stock available. Available: 15, Requested: 50",
]);

const order = await onhand.POST("/api/v1/sales/orders", {
  body: { lines: [{ product_id: lamp.id, quantity: 2 }], confirm: true },
});
assert.equal(order.data?.data.state, "confirmed");

const page = await onhand.GET("/api/v1/operations/products", {
  params: { query: { search: "lamp", sort: "sku", per_page: 10 } },
});
assert.deepEqual(page.data?.data.map((product) => product.sku), ["LAMP"]);
assert.equal(page.data?.meta.total, 1);

const moved = await onhand.GET("/api/v1/operations/stock-movements", {
  params: { query: { product_id: lamp.id, from: "2020-01-01T00:00:00Z" } },
});
assert.deepEqual(
  moved.data?.data.map((movement) => movement.movement_type).sort(),
  ["in", "reserved", "reserved"],
);
console.log("done");
