"""The log's scripts in Lua: append, restore what Redis lost, look at the end. Each is one atomic step in Redis.

KEYS are `session_keys`. The first argument of a script that needs the time is "" for Redis' own clock, so that no
instance's clock matters, or milliseconds.
"""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the name under which Redis caches it."""

    source: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest())


TIME = """
local function milliseconds(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
"""

PRELUDE = (
    TIME
    + """
local META, LOG, RUNS, ORDER, QUEUE, GONE = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local function touch(ttl)
  for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], ttl) end
end
local function view(run)
  local found = redis.call('HMGET', RUNS, run..':request', run..':state', run..':attempt', run..':first',
    run..':created_at', run..':cancelled_by', run..':last_generation', run..':last_sequence', run..':ending',
    run..':lost')
  table.insert(found, 1, run)
  return found
end
"""
)

FENCE = """
local function refused(generation)
  local current = tonumber(redis.call('HGET', META, 'generation') or -1)
  if current == tonumber(generation) then return nil end
  if current > tonumber(generation) then return {'fenced', string.format('%.0f', current)} end
  if redis.call('EXISTS', GONE) == 1 then return {'gone'} end
  return {'lost'}
end
"""

APPEND = Script(
    PRELUDE
    + FENCE
    + """
-- now, lease, ttl, generation, first sequence, how many events, run, the state that the last of them ends it with or
-- '', the events a line each
local meta = redis.call('HMGET', META, 'generation', 'sequence', 'cancel', 'before')
local generation, first, count, block = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[9]
if meta[1] ~= generation then return refused(generation) end
local stored = tonumber(meta[2])
if first > stored + 1 then return {'hole', stored + 1} end
local skip = stored + 1 - first
if skip < count then
  local last, run, start = first + count - 1, ARGV[7], 1
  for _ = 1, skip do start = string.find(block, '\\n', start, true) + 1 end
  if skip > 0 then block = string.sub(block, start) end
  redis.call('XADD', LOG, generation..'-'..last, 'e', block)
  if stored == 0 then redis.call('PEXPIRE', LOG, ARGV[3]) end
  if ARGV[8] ~= '' then
    redis.call('HSET', META, 'sequence', last, 'holder', '', 'held_until', 0, 'cancel', '')
    redis.call('HSET', RUNS, run..':state', ARGV[8], run..':ending', string.match(block, '.*\\n(.*)$') or block,
      run..':last_generation', generation, run..':last_sequence', last)
    redis.call('LREM', QUEUE, 0, run)
    touch(ARGV[3])
  else
    redis.call('HSET', META, 'sequence', last, 'held_until', milliseconds(ARGV[1]) + tonumber(ARGV[2]))
  end
  redis.call('PUBLISH', LOG, generation..'-'..(stored + 1)..'-'..last..'-'..meta[4]..'\\n'..block)
end
return {'ok', meta[3]}
"""
)
"""('ok', who cancels or ''), ('hole', expected), ('fenced', generation), ('gone',) or ('lost',).

An append is one entry of the stream, under its last event's id: an entry an event cost twice the whole append. What is
published: `<generation>-<first>-<last>-<id before the generation>`, then a line an event.
"""

TOKENS = Script("""
-- KEYS: meta, log. generation, the sequence stored last, the new last one, the tokens a line each
local meta = redis.call('HMGET', KEYS[1], 'generation', 'sequence', 'cancel')
if meta[1] ~= ARGV[1] or meta[2] ~= ARGV[2] then return false end
redis.call('XADD', KEYS[2], ARGV[1]..'-'..ARGV[3], 'e', ARGV[4])
redis.call('HSET', KEYS[1], 'sequence', ARGV[3])
redis.call('PUBLISH', KEYS[2], ARGV[4])
return meta[3]
""")
"""APPEND for what comes most, at half its price: tokens that follow on. Who cancels or '', nil where APPEND must look.

What is published is the tokens alone. The lease is not renewed: its holder does that every few seconds anyway.
"""

RESTORE = Script(
    PRELUDE
    + """
-- now, lease, ttl, generation, holder, owner, created_at, run, then the run's fields and values
local generation, run = ARGV[4], ARGV[8]
if redis.call('EXISTS', GONE) == 1 then return {'gone'} end
local current = tonumber(redis.call('HGET', META, 'generation') or -1)
if current > tonumber(generation) then return {'fenced', string.format('%.0f', current)} end
if current < tonumber(generation) then
  local top = redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', 1)[1]
  redis.call('HSET', META, 'owner', ARGV[6], 'created_at', ARGV[7], 'generation', generation, 'sequence', 0,
    'before', top and top[1] or '0-0', 'holder', ARGV[5], 'cancel', '', 'claim', '',
    'held_until', milliseconds(ARGV[1]) + tonumber(ARGV[2]))
  if redis.call('HEXISTS', RUNS, run..':state') == 0 then redis.call('RPUSH', ORDER, run) end
  redis.call('HSET', RUNS, unpack(ARGV, 9))
  redis.call('LREM', QUEUE, 0, run)
  redis.call('LPUSH', QUEUE, run)
  touch(ARGV[3])
end
return {'ok'}
"""
)
"""Put back the session and the run of a lease that Redis has lost. ('ok',), ('gone',) or ('fenced', generation)."""

TAIL = Script("""
local found = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
return {found and found[1] or '0-0', redis.call('EXISTS', KEYS[1]), redis.call('EXISTS', KEYS[6]),
  redis.call('LLEN', KEYS[5])}
""")
"""(the newest id, whether the session exists, whether it was deleted, unfinished runs)."""
