-- Posts the bodies of a file in turn; @ID@ in a body becomes a refund_id never used before.
local parts, at, made = {}, 0, 0
local path, prefix, scattered

function init(args)
  path, prefix, scattered = args[2], args[3], args[4] == "scattered"
  for line in io.lines(args[1]) do
    local before, after = line:match("^(.-)@ID@(.*)$")
    parts[#parts + 1] = { before, after }
  end
end

function request()
  at = at % #parts + 1
  made = made + 1
  local id = prefix .. made
  if scattered then id = string.format("%06x", math.random(0, 16777215)) .. id end
  local body = parts[at][1] .. id .. parts[at][2]
  return wrk.format("POST", path, { ["content-type"] = "application/json" }, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.4f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
