# frozen_string_literal: true

require "ffi"

module Webchat
  # The functions of include/webchat.h that this library calls. What waits is called without Ruby's lock.
  module Native
    extend FFI::Library
    ffi_lib ENV.fetch("WEBCHAT_LIBRARY", "libwebchat.so.0")

    OK = 0
    TIMEOUT = 14
    RETRY_AFTER = 1

    class Text < FFI::Struct
      layout :data, :pointer, :len, :size_t
    end

    callback :outcome_fn, %i[pointer pointer], :void

    class Completion < FFI::Struct
      layout :size, :size_t, :deadline_ms, :uint32, :on_done, :outcome_fn, :on_progress, :pointer, :context, :pointer, :destroy, :pointer
    end

    attach_function :service_new, :webchat_service_new, %i[string pointer], :uint32
    attach_function :close, :webchat_service_close, %i[pointer], :uint32
    attach_function :wait_closed, :webchat_service_wait_closed, %i[pointer uint32], :uint32, blocking: true
    attach_function :destroy, :webchat_service_destroy, %i[pointer], :uint32
    attach_function :capability, :webchat_capability, %i[pointer string pointer], :uint32
    attach_function :command, :webchat_command, [:pointer, :string, :string, Completion.by_ref, :pointer], :uint32
    attach_function :cancel, :webchat_cancel, %i[pointer uint64], :uint32
    attach_function :event_fd, :webchat_event_fd, %i[pointer pointer], :uint32
    attach_function :next_event, :webchat_next_event, %i[pointer uint32 pointer], :uint32
    attach_function :event_json, :webchat_event_json, [:pointer, Text.by_ref], :uint32
    attach_function :event_free, :webchat_event_free, %i[pointer], :uint32
    attach_function :outcome_status, :webchat_outcome_status, %i[pointer], :uint32
    attach_function :outcome_reason, :webchat_outcome_reason, [:pointer, Text.by_ref], :uint32
    attach_function :outcome_retry, :webchat_outcome_retry, %i[pointer pointer pointer], :uint32
    attach_function :outcome_payload, :webchat_outcome_payload, %i[pointer], :pointer
    attach_function :payload_json, :webchat_payload_json, [:pointer, Text.by_ref], :uint32
    attach_function :status_name, :webchat_status_name, %i[uint32], :string
    attach_function :failure_reason, :webchat_failure_reason, [], :string

    # The text that a function writes, copied.
    def self.text(function, handle)
      text = Text.new
      return +"" unless public_send(function, handle, text) == OK

      text[:data].read_bytes(text[:len]).force_encoding(Encoding::UTF_8)
    end
  end
end
