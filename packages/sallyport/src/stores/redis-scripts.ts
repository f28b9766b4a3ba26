// What the Redis store does in one step on the server: a script a verb.
//
// Keys, below one prefix: `s:ID` a session (hash), `i:SCOPE` the ids of a person's or a sid's sessions (sorted by their end),
// `l:SCOPE` a logout, `w:WORD` a word that was said; a scope is JSON, as scope.ts makes it. KEYS[1] is the prefix alone, and
// names are made from it here: so a `keyPrefix` of the client counts, and what an index names can be reached.

/** How long a key outlives what it holds, so that the caller's clock decides, and the server's only tidies up. */
const graceMs = 60_000;

/** What a session's hash holds; the first three in JSON, in which every character survives, and no sid is an empty text. */
export const fields = [
  "issuer",
  "subject",
  "sid",
  "version",
  "sealed",
  "createdAt",
  "expiresAt",
  "idleAt",
] as const;

const listed = fields.map((name) => `'${name}'`).join(", ");

const common = `
local base, grace = KEYS[1], ${graceMs}
local function sessionKey(id) return base .. 's:' .. id end
local function indexKey(scope) return base .. 'i:' .. scope end
local function logoutKey(scope) return base .. 'l:' .. scope end
local function text(number) return string.format('%.17g', number) end
local function scope(issuer, subject, sid)
  return '[' .. issuer .. ',' .. (subject or 'null') .. ',' .. (sid or 'null') .. ']'
end
local function indexesOf(issuer, subject, sid)
  if sid == '' then return {scope(issuer, subject)} end
  return {scope(issuer, subject), scope(issuer, nil, sid)}
end
local function endOf(expiresAt, idleAt) return math.min(tonumber(expiresAt), tonumber(idleAt)) end
local function isLive(id, now)
  local times = redis.call('HMGET', sessionKey(id), 'expiresAt', 'idleAt')
  return times[1] and endOf(times[1], times[2]) > now
end
local function expire(key, ms) redis.call('PEXPIRE', key, string.format('%.0f', ms + grace)) end
local function expireLater(key, ms)
  if redis.call('PTTL', key) < ms + grace then expire(key, ms) end
end
local function index(id, indexes, at, now)
  for _, one in ipairs(indexes) do
    redis.call('ZADD', indexKey(one), text(at), id)
    expireLater(indexKey(one), at - now)
  end
end
local function unindex(id, indexes)
  for _, one in ipairs(indexes) do redis.call('ZREM', indexKey(one), id) end
end
local function remove(id)
  local who = redis.call('HMGET', sessionKey(id), 'issuer', 'subject', 'sid')
  redis.call('DEL', sessionKey(id))
  if who[1] then unindex(id, indexesOf(unpack(who))) end
end
`;

// ARGV: id, now, since, replaces, the values of `fields`.
const create = `
local id, now, since, replaces = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local issuer, subject, sid = ARGV[5], ARGV[6], ARGV[7]
local scopes = indexesOf(issuer, subject, sid)
if sid ~= '' then scopes[3] = scope(issuer, subject, sid) end
for _, one in ipairs(scopes) do
  local logout = redis.call('HMGET', logoutKey(one), 'at', 'until')
  if logout[1] and tonumber(logout[1]) >= since and tonumber(logout[2]) > now then
    if replaces ~= '' then remove(replaces) end
    return 0
  end
end
if isLive(id, now) and id ~= replaces then return redis.error_reply('TAKEN by another session') end
if redis.call('EXISTS', sessionKey(id)) == 1 then remove(id) end
-- Before anything else is taken out: a server that is full refuses the first write, and then nothing has happened.
local session = {}
for i, name in ipairs({${listed}}) do
  session[#session + 1] = name
  session[#session + 1] = ARGV[4 + i]
end
redis.call('HSET', sessionKey(id), unpack(session))
local at = endOf(ARGV[11], ARGV[12])
expire(sessionKey(id), at - now)
local indexes = indexesOf(issuer, subject, sid)
for _, one in ipairs(indexes) do redis.call('ZREMRANGEBYSCORE', indexKey(one), '-inf', text(now - grace)) end
index(id, indexes, at, now)
if replaces ~= '' and replaces ~= id then remove(replaces) end
return 1`;

// ARGV: id, now, idleAt.
const touch = `
local id, now = ARGV[1], tonumber(ARGV[2])
local found = redis.call('HMGET', sessionKey(id), 'issuer', 'subject', 'sid', 'expiresAt', 'idleAt')
if not found[1] or endOf(found[4], found[5]) <= now or tonumber(ARGV[3]) <= tonumber(found[5]) then return 0 end
redis.call('HSET', sessionKey(id), 'idleAt', ARGV[3])
local at = endOf(found[4], ARGV[3])
expire(sessionKey(id), at - now)
index(id, indexesOf(found[1], found[2], found[3]), at, now)
return 1`;

// ARGV: id, now, version, sealed, sid.
const replace = `
local id, now = ARGV[1], tonumber(ARGV[2])
local found = redis.call('HMGET', sessionKey(id), 'issuer', 'subject', 'sid', 'expiresAt', 'idleAt', 'version')
if found[6] ~= ARGV[3] or endOf(found[4], found[5]) <= now then return 0 end
redis.call('HSET', sessionKey(id), 'sealed', ARGV[4], 'sid', ARGV[5])
redis.call('HINCRBY', sessionKey(id), 'version', 1)
redis.call('HDEL', sessionKey(id), 'holder', 'until')
if found[3] ~= ARGV[5] then
  unindex(id, indexesOf(found[1], found[2], found[3]))
  index(id, indexesOf(found[1], found[2], ARGV[5]), endOf(found[4], found[5]), now)
end
return 1`;

// ARGV: id, now, version, holder, until.
const lease = `
local id, now = ARGV[1], tonumber(ARGV[2])
local found = redis.call('HMGET', sessionKey(id), 'version', 'holder', 'until')
if found[1] ~= ARGV[3] or not isLive(id, now) then return 0 end
if found[2] and found[2] ~= ARGV[4] and tonumber(found[3]) > now then return 0 end
redis.call('HSET', sessionKey(id), 'holder', ARGV[4], 'until', ARGV[5])
return 1`;

// ARGV: id, holder.
const release = `
local key = sessionKey(ARGV[1])
if redis.call('HGET', key, 'holder') == ARGV[2] then redis.call('HDEL', key, 'holder', 'until') end
return 1`;

// ARGV: id, now. Answers as endAll.
const end = `
local id = ARGV[1]
local ended = {}
if isLive(id, tonumber(ARGV[2])) then ended[1] = {id, unpack(redis.call('HMGET', sessionKey(id), ${listed}))} end
remove(id)
return ended`;

// ARGV: issuer, subject or nothing, sid or nothing, now, rememberUntil. Answers id and fields of each.
const endAll = `
local issuer, subject, sid, now = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if subject == '' then subject = nil end
if sid == '' then sid = nil end
local indexed = indexKey(scope(issuer, not sid and subject or nil, sid))
local ended = {}
for _, id in ipairs(redis.call('ZRANGE', indexed, 0, -1)) do
  local found = redis.call('HMGET', sessionKey(id), ${listed})
  if not found[1] then
    redis.call('ZREM', indexed, id)
  elseif not subject or found[2] == subject then
    if isLive(id, now) then ended[#ended + 1] = {id, unpack(found)} end
    remove(id)
  end
end
local logout = logoutKey(scope(issuer, subject, sid))
for i, name in ipairs({'at', 'until'}) do
  local former = redis.call('HGET', logout, name)
  if not former or tonumber(former) < tonumber(ARGV[3 + i]) then redis.call('HSET', logout, name, ARGV[3 + i]) end
end
expireLater(logout, tonumber(ARGV[5]) - now)
return ended`;

// ARGV: issuer, subject, now. Answers as endAll.
const list = `
local now = tonumber(ARGV[3])
local found = {}
for _, id in ipairs(redis.call('ZRANGE', indexKey(scope(ARGV[1], ARGV[2])), 0, -1)) do
  if isLive(id, now) then found[#found + 1] = {id, unpack(redis.call('HMGET', sessionKey(id), ${listed}))} end
end
return found`;

// ARGV: word, until, now.
const once = `
local key, now = base .. 'w:' .. ARGV[1], tonumber(ARGV[3])
local former = redis.call('GET', key)
if former and tonumber(former) > now then return 0 end
redis.call('SET', key, ARGV[2])
expire(key, tonumber(ARGV[2]) - now)
return 1`;

const bodies = { create, touch, replace, lease, release, end, endAll, list, once } as const;

/** The scripts of the store, by verb. */
export const scripts = Object.fromEntries(
  Object.entries(bodies).map(([name, body]) => [name, `${common}${body}`]),
) as Readonly<Record<keyof typeof bodies, string>>;
