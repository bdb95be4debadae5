# frozen_string_literal: true

require "minitest/autorun"
require "net/http"
require "timeout"
require_relative "../lib/webchat"

# A simulated Genesys server: the program that WEBCHAT_SIMULATOR names.
class Server
  attr_reader :url

  def initialize
    @output = IO.popen([ENV.fetch("WEBCHAT_SIMULATOR", "webchat-simulator"), "--port", "0", "--json", "--script", "none"])
    urls = JSON.parse(@output.gets)
    @url = urls["url"]
    @control = urls["controlUrl"]
  end

  def stop
    Process.kill(:KILL, @output.pid)
    @output.close
  end

  def config
    { dataURL: url, pollRateMin: 250, pollRateMax: 250 }
  end

  def post(path, body = {})
    answer = Net::HTTP.post(URI(@control + path), JSON.generate(body), "Content-Type" => "application/json")
    raise answer.body unless answer.is_a?(Net::HTTPSuccess)
  end

  def agent(action, body = {})
    post("/chats/latest/#{action}", body)
  end

  def requests(operation)
    Net::HTTP.get(URI("#{@control}/log?operation=#{operation}&count=1&waitMs=30000"))
  end
end

class ChatTest < Minitest::Test
  def setup
    @server = Server.new
    @chat = Webchat::Chat.new(@server.config)
  end

  def teardown
    @chat.close
    @server.stop
  end

  def until_event(name, chat = @chat)
    chat.each { |event| return event if event.name == name && (!block_given? || yield(event)) }
    flunk "the events ended before #{name}"
  end

  def says(text)
    ->(event) { event.messages.any? { |message| message["text"] == text } }
  end

  def test_a_whole_chat
    assert_equal 0, @chat.start_chat(nickname: "Ann")["statusCode"]
    @server.agent("join", nickname: "Kim")
    assert_equal "Kim", until_event("agentConnected").messages.first["from"]["name"]
    @chat.send_message("Hällo 👋")
    until_event("messageReceived", &says("Hällo 👋"))
    @server.agent("say", text: "Good day")
    until_event("messageReceived", &says("Good day"))
    @chat.end_chat
    until_event("ended")
    assert @chat.can?("fileUpload")
    @chat.close
    assert_nil @chat.each.to_a.last&.messages&.last
  end

  def test_refusals
    error = assert_raises(Webchat::Error) { @chat.send_message("too early") }
    assert_equal [:no_session, "There is no active chat session"], [error.kind, error.message]
    begin
      @chat.command("dance")
    rescue Webchat::Error[:unsupported] => e
      assert_match(/dance/, e.message)
    end
    assert_match(/dataURL/, assert_raises(Webchat::Error) { Webchat::Chat.new({ dataURL: 7 }) }.message)
    assert_raises(ArgumentError) { @chat.send_message("a", "b") }
    @chat.start_chat(nickname: "Ann")
    @server.post("/faults", kind: "status", operation: "send", code: 247, status: 400)
    error = assert_raises(Webchat::Error) { @chat.send_message("refused") }
    assert_equal 247, error.value["responseJSON"]["errors"].first["code"]
  end

  def test_files_there_and_back
    @chat.start_chat(nickname: "Ann")
    sent = @chat.send_file({ name: "a.txt", bytes: ["abc"].pack("m0") })
    file = @chat.download_file(sent["userData"]["file-id"])
    assert_equal ["a.txt", "abc"], [file["fileName"], file["bytes"].unpack1("m0")]
  end

  def test_interrupted
    @chat.start_chat(nickname: "Ann")
    @server.post("/faults", kind: "hang", operation: "send")
    sending = Thread.new do
      Thread.current.report_on_exception = false
      @chat.send_message("has left")
    end
    @server.requests("send")
    sending.raise(Timeout::Error, "enough")
    assert_raises(Timeout::Error) { sending.join }
    assert_kind_of Hash, @chat.get_agents
  end

  def test_closed_while_busy
    @chat.start_chat(nickname: "Ann")
    @server.post("/faults", kind: "hang", operation: "send", times: 3)
    left = @chat.give("sendMessage", { message: "has left" })
    waits = @chat.give("sendMessage", { message: "waits" })
    @server.requests("send")
    @chat.close
    assert_equal %i[outcome_unknown closed], [left, waits].map { |wait| assert_raises(Webchat::Error, &wait).kind }
    assert_equal :invalid_handle, assert_raises(Webchat::Error) { @chat.end_chat }.kind
  end

  def test_many_chats
    config = { dataURL: @server.url, pollRateMin: 1000, pollRateMax: 1000 }
    threads = Array.new(50) do |number|
      Thread.new do
        Webchat::Chat.open(config) do |chat|
          chat.start_chat(nickname: "Ann")
          chat.send_message("from chat #{number}")
          until_event("messageReceived", chat, &says("from chat #{number}"))
          chat.end_chat
        end
      end
    end
    threads.each(&:join)
  end
end
