/** What the types refuse: each line marked is an error, and the program is never run. */
import createClient from "openapi-fetch";

import type { paths } from "./onhand.js";

const onhand = createClient<paths>({ baseUrl: "http://127.0.0.1:8080" });

await onhand.POST("/api/v1/operations/inventory/{product_id}/reserve", {
  params: { path: { product_id: 1 } },
  // @ts-expect-error: a quantity is a number
  body: { quantity: "5", order_id: 789 },
});
await onhand.POST("/api/v1/operations/inventory/{product_id}/reserve", {
  params: { path: { product_id: 1 } },
  // @ts-expect-error: it needs an order
  body: { quantity: 5 },
});
// @ts-expect-error: there is no such path
await onhand.GET("/api/v1/operations/product");
await onhand.GET("/api/v1/operations/products", {
  // @ts-expect-error: there is no such status
  params: { query: { stock_status: "gone" } },
});
