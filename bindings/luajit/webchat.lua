--- Genesys WebChatService for LuaJIT, by the C library libwebchat.
--
-- LuaJIT cannot be called back by another thread, so nothing is: events are asked for, and so are the outcomes of commands. A command waits
-- for its outcome, or is given (chat:give) and waited for later. An event loop watches chat:fd(), and then asks with no time to wait:
-- chat:next(0), pending:wait(0).
local ffi = require "ffi"
local cjson = require "cjson"

ffi.cdef [[
typedef struct webchat_service webchat_service;
typedef struct webchat_event webchat_event;
typedef struct webchat_outcome webchat_outcome;
typedef struct webchat_payload webchat_payload;
typedef struct { const char *data; size_t len; } webchat_str;
uint32_t webchat_service_new(const char *config_json, webchat_service **out_service);
uint32_t webchat_service_close(webchat_service *service);
uint32_t webchat_service_wait_closed(webchat_service *service, uint32_t timeout_ms);
uint32_t webchat_service_destroy(webchat_service *service);
uint32_t webchat_capability(webchat_service *service, const char *name, int32_t *out);
typedef struct { size_t size; uint32_t deadline_ms; void *on_done, *on_progress, *context, *destroy; uint32_t by_asking; } webchat_completion;
uint32_t webchat_command(webchat_service *service, const char *name, const char *options_json, const webchat_completion *completion, uint64_t *out_request);
uint32_t webchat_cancel(webchat_service *service, uint64_t request);
uint32_t webchat_next_outcome(webchat_service *service, uint32_t timeout_ms, webchat_outcome **out_outcome);
uint32_t webchat_outcome_request(const webchat_outcome *outcome, uint64_t *out);
uint32_t webchat_outcome_status(const webchat_outcome *outcome);
uint32_t webchat_next_event(webchat_service *service, uint32_t timeout_ms, webchat_event **out_event);
uint32_t webchat_event_fd(webchat_service *service, int *out_fd);
uint32_t webchat_event_json(const webchat_event *event, webchat_str *out);
uint32_t webchat_event_free(webchat_event *event);
uint32_t webchat_outcome_reason(const webchat_outcome *outcome, webchat_str *out);
const webchat_payload *webchat_outcome_payload(const webchat_outcome *outcome);
uint32_t webchat_payload_json(const webchat_payload *payload, webchat_str *out);
uint32_t webchat_outcome_free(webchat_outcome *outcome);
const char *webchat_status_name(uint32_t status);
const char *webchat_failure_reason(void);
]]

local C = ffi.load(os.getenv "WEBCHAT_LIBRARY" or "libwebchat.so.0")
local OK, TIMEOUT, FOREVER = 0, 14, 0xffffffff

local webchat = {}
local Chat = {}

--- Why a command was refused: its kind ("no_session", "rejected", ...), the reason for a person, and what the server answered.
local Error = {}
Error.__index = Error
function Error:__tostring()
  return self.kind .. ": " .. self.reason
end

local function refusal(status)
  local kind, reason = ffi.string(C.webchat_status_name(status)), ffi.string(C.webchat_failure_reason())
  return setmetatable({ kind = kind, reason = reason, value = reason, json = cjson.encode(reason) }, Error)
end

local function text(read, handle)
  local str = ffi.new "webchat_str"
  return read(handle, str) == OK and ffi.string(str.data, str.len) or ""
end

local function encode(options)
  if options == nil or next(options) == nil then return "{}" end
  return cjson.encode(options)
end

--- Makes a chat; `config` is a table or JSON text, nil when the command configure brings it. nil and an error when it cannot be used.
function webchat.new(config)
  local service = ffi.new "webchat_service *[1]"
  if type(config) == "table" then config = cjson.encode(config) end
  local status = C.webchat_service_new(config, service)
  if status ~= OK then return nil, refusal(status) end
  -- A chat that is forgotten is closed, and a pending command that is forgotten is nobody's.
  local pending = setmetatable({}, { __mode = "v" })
  return setmetatable({ service = ffi.gc(service[0], C.webchat_service_destroy), pending = pending }, Chat)
end

-- Milliseconds; without a number as long as it takes.
local function wait_ms(seconds)
  return seconds and math.ceil(seconds * 1000) or FOREVER
end

--- A command that was given, whose outcome can be waited for. Who forgets it is not told of the outcome.
local Pending = {}
Pending.__index = Pending

-- Takes one outcome, waiting so long for it, and settles what it is of. False when there was none.
local function settle(chat, milliseconds)
  local taken, request = ffi.new "webchat_outcome *[1]", ffi.new "uint64_t[1]"
  if C.webchat_next_outcome(chat.service, milliseconds, taken) ~= OK then return false end
  C.webchat_outcome_request(taken[0], request)
  local number = tostring(request[0])
  local pending = chat.pending[number]
  chat.pending[number] = nil
  if pending then
    local status = C.webchat_outcome_status(taken[0])
    pending.json = text(C.webchat_payload_json, C.webchat_outcome_payload(taken[0]))
    if status ~= OK then
      local kind, reason = ffi.string(C.webchat_status_name(status)), text(C.webchat_outcome_reason, taken[0])
      pending.error = setmetatable({ kind = kind, reason = reason, value = cjson.decode(pending.json), json = pending.json }, Error)
    end
  end
  C.webchat_outcome_free(taken[0])
  return true
end

--- Waits for the outcome, up to `seconds`, without them as long as it takes: what the command resolved with (cjson.null for nothing) and its
-- JSON, or nil and an error; nil and "timeout" where there is none yet.
function Pending:wait(seconds)
  local ends = seconds and os.time() + seconds
  while not self.json do
    local left = seconds and (seconds == 0 and 0 or math.max(ends - os.time(), 0))
    if not settle(self.chat, wait_ms(left)) then return nil, "timeout" end
  end
  if self.error then return nil, self.error end
  return cjson.decode(self.json), self.json
end

--- Gives the command up: the outcome is then "cancelled", or "outcome_unknown" for a message that has left.
function Pending:cancel()
  C.webchat_cancel(self.chat.service, self.request)
end

--- Gives any command by its name and returns at once, with what waits for its outcome (pending:wait, pending:cancel); nil and an error
-- where it was not taken. It is given up after `seconds`.
function Chat:give(name, options, seconds)
  -- What nobody has waited for gives its place back.
  while settle(self, 0) do end
  local request = ffi.new "uint64_t[1]"
  local completion = ffi.new("webchat_completion", { deadline_ms = math.ceil((seconds or 0) * 1000), by_asking = 1 })
  completion.size = ffi.sizeof(completion)
  if type(options) ~= "string" then options = encode(options) end
  local status = C.webchat_command(self.service, name, options, completion, request)
  if status ~= OK then return nil, refusal(status) end
  local pending = setmetatable({ chat = self, request = request[0] }, Pending)
  self.pending[tostring(request[0])] = pending
  return pending
end

--- Gives any command by its name and waits for its outcome, at most `seconds` if given: what it resolved with (cjson.null for nothing) and
-- its JSON, or nil and an error.
function Chat:command(name, options, seconds)
  local pending, refused = self:give(name, options, seconds)
  if not pending then return nil, refused end
  return pending:wait()
end

--- The next event, { event, time, data }, and its JSON; waits up to `seconds` for it, without them as long as it takes. nil and "timeout"
-- or, once the chat is closed, "closed". Whoever asks first gets all from the beginning, whenever that is.
function Chat:next(seconds)
  local event = ffi.new "webchat_event *[1]"
  local status = C.webchat_next_event(self.service, wait_ms(seconds), event)
  if status ~= OK then return nil, status == TIMEOUT and "timeout" or "closed" end
  local json = text(C.webchat_event_json, event[0])
  C.webchat_event_free(event[0])
  return cjson.decode(json), json
end

--- All events until the chat is closed: for event in chat:events() do ... end
function Chat:events()
  return function() return (self:next()) end
end

--- The descriptor that is readable while there are events or outcomes. It is the library's: never read, write or close it.
function Chat:fd()
  local fd = ffi.new "int[1]"
  local status = C.webchat_event_fd(self.service, fd)
  if status ~= OK then return nil, refusal(status) end
  return fd[0]
end

--- Whether the back end has an ability: "fileUpload", "history", ...
function Chat:can(ability)
  local can = ffi.new "int32_t[1]"
  local status = C.webchat_capability(self.service, ability, can)
  if status ~= OK then return nil, refusal(status) end
  return can[0] == 1
end

--- Closes the chat without ending its session at the server, and waits until nothing is left to do. Events can still be taken.
function Chat:close()
  C.webchat_service_close(self.service)
  C.webchat_service_wait_closed(self.service, FOREVER)
end

--- Any other name is a command: chat:sendMessage { message = "hello" } is chat:command("sendMessage", { message = "hello" }).
function Chat.__index(_, name)
  return Chat[name] or function(self, options, seconds) return Chat.command(self, name, options, seconds) end
end

return webchat
