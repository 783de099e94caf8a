"""The ledger's scripts in Lua: sessions, runs and leases. KEYS and the time as in `redis_scripts`."""

from streaming.redis_scripts import FENCE, PRELUDE, Script

CREATE = Script(
    PRELUDE
    + """
-- now, ttl, owner
local created = milliseconds(ARGV[1])
if redis.call('HSETNX', META, 'owner', ARGV[3]) == 1 then
  redis.call('HSET', META, 'created_at', created, 'generation', 0, 'sequence', 0, 'before', '0-0', 'holder', '',
    'held_until', 0, 'cancel', '', 'claim', '')
  redis.call('PEXPIRE', META, ARGV[2])
end
return tonumber(redis.call('HGET', META, 'created_at'))
"""
)
"""When the session was made, in milliseconds."""

SESSION = Script(
    PRELUDE
    + """
-- now, owner
local meta = redis.call('HMGET', META, 'owner', 'created_at', 'held_until')
if meta[1] ~= ARGV[2] then return {'missing'} end
local head, waiting = redis.call('LINDEX', QUEUE, 0), redis.call('LLEN', QUEUE)
local free = waiting > 0 and tonumber(meta[3]) <= milliseconds(ARGV[1])
return {'ok', meta[2], waiting, free and 1 or 0, head and view(head)}
"""
)
"""('missing',), or ('ok', created at, unfinished runs, whether nobody holds them, the first of them)."""

DELETE = Script(
    PRELUDE
    + """
-- owner, token of this call, channel of holders, seconds to remember
if redis.call('GET', GONE) == ARGV[2] then return {'ok'} end
local meta = redis.call('HMGET', META, 'owner', 'holder')
if meta[1] ~= ARGV[1] then return {'missing'} end
local runs = redis.call('LRANGE', QUEUE, 0, -1)
redis.call('DEL', META, LOG, RUNS, ORDER, QUEUE)
redis.call('SET', GONE, ARGV[2], 'EX', ARGV[4])
redis.call('PUBLISH', LOG, 'deleted')
if meta[2] ~= '' and runs[1] then redis.call('PUBLISH', ARGV[3]..meta[2], runs[1]) end
table.insert(runs, 1, 'ok')
return runs
"""
)
"""('missing',), or ('ok', unfinished run…)."""

SUBMIT = Script(
    PRELUDE
    + """
-- now, ttl, owner, run, request, on_busy, most that may wait, runs to keep, channel of holders
local meta, run = redis.call('HMGET', META, 'owner', 'holder'), ARGV[4]
if meta[1] ~= ARGV[3] then return {'missing'} end
if redis.call('HEXISTS', RUNS, run..':state') == 1 then return {'old', view(run)} end
local busy = redis.call('LRANGE', QUEUE, 0, -1)
if #busy > 0 and ARGV[6] == 'reject' then return {'busy'} end
if #busy > tonumber(ARGV[7]) then return {'full'} end
local interrupted = {}
if ARGV[6] == 'interrupt' then
  interrupted = busy
  for i, other in ipairs(busy) do redis.call('HSETNX', RUNS, other..':cancelled_by', 'interrupt') end
  if busy[1] and redis.call('HGET', RUNS, busy[1]..':state') == 'running' then
    redis.call('HSET', META, 'cancel', 'interrupt')
    if meta[2] ~= '' then redis.call('PUBLISH', ARGV[9]..meta[2], busy[1]) end
  end
end
local newest = redis.call('LINDEX', ORDER, -1)
local after = newest and tonumber(redis.call('HGET', RUNS, newest..':created_at')) or 0
redis.call('HSET', RUNS, run..':request', ARGV[5], run..':state', 'queued', run..':attempt', 0, run..':first', 0,
  run..':created_at', math.max(milliseconds(ARGV[1]), after + 1), run..':lost', 0)
redis.call('RPUSH', ORDER, run)
redis.call('RPUSH', QUEUE, run)
while redis.call('LLEN', ORDER) > tonumber(ARGV[8]) do
  local oldest = redis.call('LINDEX', ORDER, 0)
  local state = redis.call('HGET', RUNS, oldest..':state')
  if state == 'queued' or state == 'running' then break end
  redis.call('HDEL', RUNS, oldest..':request', oldest..':state', oldest..':attempt', oldest..':first',
    oldest..':created_at', oldest..':cancelled_by', oldest..':last_generation', oldest..':last_sequence',
    oldest..':ending', oldest..':lost', oldest..':released')
  redis.call('LPOP', ORDER)
end
touch(ARGV[2])
return {'new', view(run), interrupted}
"""
)
"""('missing',), ('busy',), ('full',), ('old', run), or ('new', run, interrupted run ids)."""

RETENTION = """
local function forget(claimed, most, since)
  local first = redis.call('XRANGE', LOG, '-', '+', 'COUNT', 1)[1]
  if not first then return end
  local cut, kept = nil, redis.call('XLEN', LOG)
  local oldest = tonumber(string.match(first[1], '%d+'))
  if kept <= most and oldest >= since then return end
  local runs = redis.call('LRANGE', ORDER, 0, -1)
  for i = 1, #runs - 1 do
    if runs[i] == claimed then break end
    local last = tonumber(redis.call('HGET', RUNS, runs[i]..':last_generation') or 0)
    if last >= oldest then
      if kept <= most and last >= since then break end
      local after = tonumber(redis.call('HGET', RUNS, runs[i + 1]..':first') or 0)
      if after == 0 then break end
      kept = kept - redis.call('XTRIM', LOG, 'MINID', string.format('%.0f', after)..'-0')
    end
  end
end
"""
"""Drops the oldest runs' events, whole runs at a time, never the claimed run's: no answer is kept without its start."""

CLAIM = Script(
    PRELUDE
    + RETENTION
    + """
-- now, lease, ttl, holder, token of this call, token of a call without an answer, most appends, their age, most earlier
local function earlier(run)
  local found = {}
  for _, other in ipairs(redis.call('LRANGE', ORDER, -tonumber(ARGV[9]), -1)) do
    if other == run then break end
    table.insert(found, view(other))
  end
  return found
end
local meta = redis.call('HMGET', META, 'generation', 'held_until', 'claim', 'owner', 'created_at', 'sequence')
local run = redis.call('LINDEX', QUEUE, 0)
if not meta[1] or not run then return {} end
local now, generation = milliseconds(ARGV[1]), tonumber(meta[1])
if tonumber(meta[2]) > now then
  if meta[3] ~= ARGV[5] and (ARGV[6] == '' or meta[3] ~= ARGV[6]) then return {} end
  return {meta[1], meta[4], meta[5], view(run), earlier(run)}
end
if tonumber(meta[6]) > 0 then redis.call('HSET', META, 'before', meta[1]..'-'..meta[6]) end
local found = redis.call('HMGET', RUNS, run..':state', run..':released', run..':first', run..':cancelled_by')
local claimed = string.format('%.0f', math.max(generation + 1, now))
if found[1] == 'running' and found[2] ~= '1' then redis.call('HINCRBY', RUNS, run..':lost', 1) end
redis.call('HINCRBY', RUNS, run..':attempt', 1)
redis.call('HSET', RUNS, run..':state', 'running', run..':released', '',
  run..':first', found[3] ~= '0' and found[3] or claimed)
forget(run, tonumber(ARGV[7]), now - tonumber(ARGV[8]))
redis.call('HSET', META, 'generation', claimed, 'sequence', 0, 'holder', ARGV[4], 'claim', ARGV[5],
  'held_until', now + tonumber(ARGV[2]), 'cancel', found[4] or '')
touch(ARGV[3])
return {claimed, meta[4], meta[5], view(run), earlier(run)}
"""
)
"""(), or (generation, owner, when the session was made, the run, those before it)."""

RENEW = Script(
    PRELUDE
    + FENCE
    + """
-- now, lease, ttl, generation, holder, run
local no = refused(ARGV[4])
if no then return no end
if redis.call('HGET', META, 'holder') == ARGV[5] then
  redis.call('HSET', META, 'held_until', milliseconds(ARGV[1]) + tonumber(ARGV[2]))
  touch(ARGV[3])
end
return {'ok', view(ARGV[6])}
"""
)
"""('ok', the run), ('fenced', generation), ('gone',) or ('lost',). An ended run's lease is not held again."""

RELEASE = Script(
    PRELUDE
    + FENCE
    + """
-- generation, holder, run
local no = refused(ARGV[1])
if no then return no end
if redis.call('HGET', META, 'holder') == ARGV[2] then
  redis.call('HSET', META, 'holder', '', 'held_until', 0)
  redis.call('HSET', RUNS, ARGV[3]..':released', '1')
end
return {'ok'}
"""
)

CANCEL = Script(
    PRELUDE
    + """
-- owner, run, by, channel of holders
local meta, run = redis.call('HMGET', META, 'owner', 'holder'), ARGV[2]
local state = redis.call('HGET', RUNS, run..':state')
if meta[1] ~= ARGV[1] or not state then return {'missing'} end
if state == 'queued' or state == 'running' then
  redis.call('HSETNX', RUNS, run..':cancelled_by', ARGV[3])
  if state == 'running' then
    redis.call('HSET', META, 'cancel', redis.call('HGET', RUNS, run..':cancelled_by'))
    if meta[2] ~= '' then redis.call('PUBLISH', ARGV[4]..meta[2], run) end
  end
end
return {'ok', view(run)}
"""
)
"""('missing',) or ('ok', the run). Whoever holds the run is told at once, and again by its next append or renewal."""

RUN = Script(
    PRELUDE
    + """
-- owner, run
if redis.call('HGET', META, 'owner') ~= ARGV[1] or redis.call('HEXISTS', RUNS, ARGV[2]..':state') == 0 then
  return {}
end
return view(ARGV[2])
"""
)

RUN_LIST = Script(
    PRELUDE
    + """
-- most
local found = {}
for i, run in ipairs(redis.call('LRANGE', ORDER, -tonumber(ARGV[1]), -1)) do found[i] = view(run) end
return found
"""
)
