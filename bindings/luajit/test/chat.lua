-- The tests, as a program: chat.lua URL, where a simulator listens whose agent joins, echoes and ends the chat on "bye".
local webchat = require "webchat"
local url = assert(arg[1], "usage: chat.lua URL")
local passed = 0

local function test(name, run)
  run()
  passed = passed + 1
  print("passed " .. name)
end

local function until_event(chat, name, fits)
  for event in chat:events() do
    if event.event == name and (not fits or fits(event.data)) then return event end
  end
  error("the events ended before " .. name)
end

local function says(text)
  return function(data)
    for _, message in ipairs(data.messages or {}) do
      if message.text == text then return true end
    end
  end
end

test("a whole chat", function()
  local chat = assert(webchat.new { dataURL = url })
  assert(chat:startChat { nickname = "Ann" })
  until_event(chat, "agentConnected")
  assert(chat:sendMessage { message = "Hällo 👋" })
  until_event(chat, "messageReceived", says "Hällo 👋")
  local sent = assert(chat:give("sendMessage", { message = "given" }))
  until_event(chat, "messageReceived", says "given")
  assert(sent:wait())
  assert(#assert(chat:getTranscript()).messages >= 3)
  assert(chat:can "fileUpload")
  assert(chat:endChat())
  until_event(chat, "ended")
  chat:close()
  for _ in chat:events() do end
  local event, why = chat:next(0)
  assert(event == nil and why == "closed")
end)

test("refusals", function()
  local chat = assert(webchat.new { dataURL = url })
  local value, refused = chat:sendMessage { message = "too early" }
  assert(value == nil and refused.kind == "no_session", tostring(refused))
  assert(tostring(refused) == "no_session: There is no active chat session")
  value, refused = chat:dance()
  assert(value == nil and refused.kind == "unsupported" and refused.reason:find "dance")
  value, refused = webchat.new { dataURL = 7 }
  assert(value == nil and refused.kind == "invalid_configuration" and refused.reason:find "dataURL")
  chat:close()
end)

test("many commands at once, waited for in another order", function()
  local chat = assert(webchat.new { dataURL = url })
  assert(chat:startChat { nickname = "Ann" })
  local one, two = assert(chat:give("sendMessage", { message = "one" })), assert(chat:give "getAgents")
  assert(chat:give("sendMessage", { message = "nobody waits for this" }))
  assert(two:wait().agents)
  local value, json = one:wait()
  assert(value.statusCode == 0 and json == one.json and one:wait(0))
  local left = assert(chat:give("sendMessage", { message = "left" }))
  assert(select(2, left:wait(0)) == "timeout")
  chat:close()
  local lost, why = left:wait()
  assert(lost == nil and (why.kind == "closed" or why.kind == "outcome_unknown"), tostring(why))
end)

test("a command is given up", function()
  local chat = assert(webchat.new { dataURL = "http://nowhere.invalid/" })
  local pending = assert(chat:give("startChat", { nickname = "Ann" }))
  pending:cancel()
  local value, why = pending:wait(10)
  assert(value == nil and why.kind == "cancelled", tostring(why))
end)

test("outcomes that nobody waits for hold up nothing", function()
  local chat = assert(webchat.new { dataURL = url })
  for _ = 1, 11000 do assert(chat:give "getAgents") end
end)

test("files there and back", function()
  local chat = assert(webchat.new { dataURL = url })
  assert(chat:startChat { nickname = "Ann" })
  local sent = assert(chat:sendFile { files = { name = "a.txt", bytes = "YWJj" } })
  local file = assert(chat:downloadFile { fileId = sent.userData["file-id"] })
  assert(file.fileName == "a.txt" and file.bytes == "YWJj")
end)

test("a forgotten chat is closed", function()
  for _ = 1, 50 do
    local chat = assert(webchat.new { dataURL = url })
    assert(chat:getAgents())
  end
  collectgarbage()
  collectgarbage()
end)

test("a wait has its end", function()
  local chat = assert(webchat.new { dataURL = url })
  until_event(chat, "ready")
  local event, why = chat:next(0.01)
  assert(event == nil and why == "timeout")
  event, why = webchat.new { dataURL = "http://nowhere.invalid/" }:startChat({ nickname = "Ann" }, 1)
  assert(event == nil and (why.kind == "timeout" or why.kind == "disconnected"), tostring(why))
end)

print(passed .. " passed, 0 failed")
