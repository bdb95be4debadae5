# frozen_string_literal: true

require "io/wait"
require "json"
require_relative "webchat/native"

# Genesys WebChatService for Ruby, by the C library libwebchat. What commands, events and options are, its docs/reference says.
module Webchat
  NAMES = JSON.parse(File.read(File.join(__dir__, "webchat", "names.json"))).freeze

  # Why a command was refused: its kind (:no_session, :rejected, ...), and what the server answered or the reason (value).
  class Error < StandardError
    attr_reader :kind, :command, :value, :retry_after

    def initialize(kind, message, command: nil, value: nil, retry_after: nil)
      super(message)
      @kind = kind.to_sym
      @command = command
      @value = value
      @retry_after = retry_after
    end

    # Why the call that returned this status failed.
    def self.of(status, command = nil)
      new(Native.status_name(status), Native.failure_reason, command: command)
    end

    # `rescue Webchat::Error[:no_session]`
    def self.[](kind)
      Module.new.tap { |matcher| matcher.define_singleton_method(:===) { |error| error.is_a?(Error) && error.kind == kind } }
    end
  end

  # What happened: its name, when (milliseconds since 1970 UTC), what it carries, and all of it. Data and raw hold what opens the session:
  # keep them out of logs.
  Event = Struct.new(:name, :time, :data, :raw) do
    def messages
      data["messages"] || [data["message"]].compact
    end
  end

  # One customer's chat. Commands wait for their outcome and can be interrupted (Timeout.timeout, Thread#raise): they are given up then. Any
  # thread may use a chat. Each event goes to one reader.
  class Chat
    include Enumerable

    # What is told of outcomes, by the numbers that the library hands back.
    @waiting = {}
    @lock = Mutex.new
    @last = 0

    class << self
      # Remembers whom to tell; returns the number.
      def expect(queue)
        @lock.synchronize do
          @last += 1
          @waiting[@last] = queue
          @last
        end
      end

      def forget(number)
        @lock.synchronize { @waiting.delete(number) }
      end
    end

    # Called by a thread of Ruby's for the library's; reads the outcome, which is lent.
    TELL = FFI::Function.new(:void, %i[pointer pointer]) do |context, outcome|
      status = Native.outcome_status(outcome)
      retry_kind, after = FFI::MemoryPointer.new(:uint32), FFI::MemoryPointer.new(:uint64)
      Native.outcome_retry(outcome, retry_kind, after)
      Chat.forget(context.address) << {
        status: status,
        value: JSON.parse(Native.text(:payload_json, Native.outcome_payload(outcome))),
        reason: Native.text(:outcome_reason, outcome),
        retry_after: retry_kind.read_uint32 == Native::RETRY_AFTER ? after.read_uint64 / 1000.0 : nil
      }
    end
    private_constant :TELL

    # Makes a chat, and with a block closes it behind it. Without a configuration the command configure has to bring it.
    def self.open(config = nil)
      chat = new(config)
      return chat unless block_given?

      begin
        yield chat
      ensure
        chat.close
      end
    end

    def initialize(config = nil)
      made = FFI::MemoryPointer.new(:pointer)
      status = Native.service_new(config && JSON.generate(config), made)
      raise Error.of(status) unless status == Native::OK

      @service = made.read_pointer
      @left = []
    end

    # Gives any command by its name and returns what it resolves with. It is given up after `timeout` seconds.
    def command(name, options = {}, timeout: nil)
      give(name, options, timeout: timeout).call
    end

    # Gives a command and returns at once, with what waits for its outcome when it is called.
    def give(name, options = {}, timeout: nil)
      queue = Thread::Queue.new
      completion = Native::Completion.new
      number = Chat.expect(queue)
      completion[:size] = Native::Completion.size
      completion[:deadline_ms] = ((timeout || 0) * 1000).ceil
      completion[:on_done] = TELL
      completion[:context] = FFI::Pointer.new(number)
      request = FFI::MemoryPointer.new(:uint64)
      status = Native.command(@service, name.to_s, JSON.generate(options), completion, request)
      unless status == Native::OK
        Chat.forget(number)
        raise Error.of(status, name)
      end
      -> { wait(name, queue, request.read_uint64) }
    end

    # Each command as a method: send_message("hello"), start_chat(nickname: "Ann"), download_file(id, path: "a.txt").
    NAMES.fetch("commands").each do |name, places|
      define_method(name.gsub(/[A-Z]+/) { |capitals| "_#{capitals.downcase}" }) do |*placed, timeout: nil, **options|
        raise ArgumentError, "#{name} takes #{places.inspect}" if placed.size > (places || []).size

        command(name, (places || []).zip(placed).to_h.compact.merge(options), timeout: timeout)
      end
    end

    # The next event; waits up to `timeout` seconds for it, without them as long as it takes. nil when there was none in time, or will be none.
    # Whoever asks first gets all from the beginning. Take them: while 1,024 wait, no more messages are fetched.
    def next_event(timeout: nil)
      until_time = timeout && (now + timeout)
      loop do
        event, over = take
        return event if event || over
        return nil unless io.wait_readable(until_time && [until_time - now, 0].max)
      end
    end

    # All events until the chat is closed.
    def each
      return enum_for(:each) unless block_given?

      while (event = next_event)
        yield event
      end
    end

    # For IO.select and event loops: readable while there are events. Never read it, nor close it.
    def io
      @io ||= begin
        descriptor = FFI::MemoryPointer.new(:int)
        status = Native.event_fd(@service, descriptor)
        raise Error.of(status) unless status == Native::OK

        IO.for_fd(descriptor.read_int, "r", autoclose: false)
      end
    end

    # Whether the back end has an ability: "fileUpload", "history", ...
    def can?(ability)
      can = FFI::MemoryPointer.new(:int32)
      status = Native.capability(@service, ability, can)
      raise Error.of(status) unless status == Native::OK

      can.read_int32 == 1
    end

    # Closes the chat without ending its session at the server, and waits until nothing is left to do. Events can still be taken.
    def close
      return if @closed

      @closed = true
      Native.close(@service)
      Native.wait_closed(@service, 0xffffffff)
      left = []
      while (event = take.first)
        left << event
      end
      @left = left
      Native.destroy(@service)
    end

    private

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    # The event that is there, or nil; and whether there will be no more.
    def take
      return [@left.shift, @left.empty?] unless @left.empty?

      taken = FFI::MemoryPointer.new(:pointer)
      status = Native.next_event(@service, 0, taken)
      return [nil, status != Native::TIMEOUT] unless status == Native::OK

      raw = Native.text(:event_json, taken.read_pointer)
      Native.event_free(taken.read_pointer)
      all = JSON.parse(raw)
      [Event.new(all["event"], all["time"], all["data"], raw), false]
    end

    def wait(name, queue, request)
      outcome = queue.pop
      return outcome[:value] if outcome[:status] == Native::OK

      kind = Native.status_name(outcome[:status])
      raise Error.new(kind, outcome[:reason], command: name, value: outcome[:value], retry_after: outcome[:retry_after])
    ensure
      Native.cancel(@service, request) unless outcome
    end
  end
end
