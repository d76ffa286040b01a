-- wrk: reserve one unit, each request for an order of its own.
-- Arguments: first product, number of products, first order, first Idempotency-Key word ("" = none),
-- and the API key's secret, where the server wants one.
local threads = 0

function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

function init(arguments)
  first_product = tonumber(arguments[1])
  products = tonumber(arguments[2])
  order = tonumber(arguments[3]) + thread_number * 100000000
  key_prefix = arguments[4] or ""
  math.randomseed(order)
  head = " HTTP/1.1\r\nHost: " .. wrk.host .. "\r\nContent-Type: application/json\r\n"
  if arguments[5] then head = head .. "Authorization: Bearer " .. arguments[5] .. "\r\n" end
end

function request()
  order = order + 1
  local product = first_product
  if products > 1 then product = product + math.random(0, products - 1) end
  local body = string.format('{"quantity":1,"order_id":%.0f}', order)
  local key = ""
  if key_prefix ~= "" then
    key = string.format("Idempotency-Key: %s-%.0f\r\n", key_prefix, order)
  end
  return string.format("POST /api/v1/operations/inventory/%.0f/reserve", product)
    .. head .. key .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%.0f,"seconds":%.6f,"refused":%.0f,"broken":%.0f,"p50_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
