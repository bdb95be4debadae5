# frozen_string_literal: true

# The adapter of the conformance table (tests/conformance/README.md): commands come as lines, outcomes and events go as lines.
require_relative "../lib/webchat"

$stdout.sync = true
config = ARGV.last
chat = Webchat::Chat.new(config == "-" ? nil : JSON.parse(config))
telling = Mutex.new
threads = []
given = {}

# All events that are there, and then the line. Whoever takes an event tells it before anybody else tells something.
tell = lambda do |line = nil|
  telling.synchronize do
    while (event = chat.next_event(timeout: 0))
      puts "event #{event.name} #{event.raw}"
    end
    puts line if line
  end
end

outcome = lambda do |id, wait|
  value = wait.call
  tell.call("resolved #{id} #{JSON.generate(value)}")
rescue Webchat::Error => e
  tell.call("rejected #{id} #{e.kind} #{JSON.generate(e.value || e.message)}")
end

command = lambda do |name, options, timeout|
  case name
  when "startChat" then chat.start_chat(timeout: timeout, **options.transform_keys(&:to_sym))
  when "endChat" then options.empty? ? chat.end_chat(timeout: timeout) : chat.command(name, options, timeout: timeout)
  else chat.command(name, options, timeout: timeout)
  end
end

input = +""
obey = lambda do |line|
  word, id, within, name, text = line.split(" ", 5)
  if word == "cancel"
    given[id].raise(Interrupt)
  else
    timeout = within == "0" ? nil : within.to_i / 1000.0
    options = JSON.parse(text)
    wait = begin
      word == "begin" ? chat.give(name, options, timeout: timeout) : -> { command.call(name, options, timeout) }
    rescue Webchat::Error => e
      -> { raise e }
    end
    threads << (given[id] = Thread.new { outcome.call(id, wait) })
  end
end

closing = false
until closing
  readable, = IO.select([$stdin, chat.io])
  tell.call if readable.include?(chat.io)
  next unless readable.include?($stdin)

  input << $stdin.readpartial(1 << 20).force_encoding(Encoding::UTF_8)
  while !closing && (line = input.slice!(/\A[^\n]*\n/))
    line.chomp!
    line == "close" ? closing = true : obey.call(line)
  end
end
chat.close
threads.each(&:join)
tell.call
