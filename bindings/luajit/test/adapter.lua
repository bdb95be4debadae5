-- The adapter of the conformance table (tests/conformance/README.md): commands come as lines, outcomes and events go as lines. One thread
-- waits for both, as an event loop does.
local ffi = require "ffi"
local cjson = require "cjson"
local webchat = require "webchat"

ffi.cdef [[
struct pollfd { int fd; short events; short revents; };
int poll(struct pollfd *fds, unsigned long count, int timeout);
ssize_t read(int fd, void *to, size_t size);
]]

local config = arg[#arg]
local chat = assert(webchat.new(config ~= "-" and config or nil))

local function say(...)
  io.stdout:write(table.concat({ ... }, " "), "\n")
  io.stdout:flush()
end

local function tell_events()
  local event, json = chat:next(0)
  while event do
    say("event", event.event, json)
    event, json = chat:next(0)
  end
  return json ~= "closed"
end

local given, latest = {}, 0 -- commands without an outcome, by the order in which they were given

local function tell(id, value, second)
  -- What led to it first.
  tell_events()
  if value ~= nil then say("resolved", id, second) else say("rejected", id, second.kind, second.json) end
end

local function tell_outcomes()
  for number = 1, latest do
    local command = given[number]
    if command then
      local value, second = command.pending:wait(0)
      if second ~= "timeout" then
        given[number] = nil
        tell(command.id, value, second)
      end
    end
  end
end

local function obey(line)
  local word, id, within, name, options = line:match "^(%S+) (%d+) ?(%d*) ?(%S*) ?(.*)$"
  if word == "cancel" then
    for _, command in pairs(given) do
      if command.id == id then command.pending:cancel() end
    end
    return
  end
  local seconds = tonumber(within) / 1000
  if word == "command" and name == "sendMessage" and seconds == 0 and line:find('{"message":', 1, true) then
    return tell(id, chat:sendMessage(cjson.decode(options)))
  end
  local pending, refused = chat:give(name, options, seconds)
  if not pending then return tell(id, nil, refused) end
  latest = latest + 1
  given[latest] = { id = id, pending = pending }
end

local waited = ffi.new("struct pollfd[2]", { { 0, 1, 0 }, { assert(chat:fd()), 1, 0 } })
local buffer, input = ffi.new "char[65536]", ""
while true do
  ffi.C.poll(waited, 2, -1)
  tell_events()
  tell_outcomes()
  if waited[0].revents ~= 0 then
    local count = tonumber(ffi.C.read(0, buffer, 65536))
    if count <= 0 then break end
    input = input .. ffi.string(buffer, count)
    local line, rest = input:match "^([^\n]*)\n(.*)$"
    while line and line ~= "close" do
      input = rest
      obey(line)
      line, rest = input:match "^([^\n]*)\n(.*)$"
    end
    if line == "close" then break end
  end
end
chat:close()
tell_outcomes()
tell_events()
