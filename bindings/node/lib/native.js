/**
 * The functions of include/webchat.h that this package calls.
 *
 * Nothing is called back: a thread of the library's that calls into a worker which is gone would end the process. Outcomes and events are
 * asked for when a chat's socket says so, which Node's own loop reads: a waiting chat takes no thread.
 */
import koffi from 'koffi';

const library = koffi.load(process.env.WEBCHAT_LIBRARY ?? 'libwebchat.so.0');

const Text = koffi.struct('webchat_str', { data: 'void *', len: 'size_t' });
const Completion = koffi.struct('webchat_completion', {
  size: 'size_t',
  deadline_ms: 'uint32_t',
  on_done: 'void *',
  on_progress: 'void *',
  context: 'void *',
  destroy: 'void *',
  by_asking: 'uint32_t',
});

const status = (name, ...parameters) => library.func(name, 'uint32_t', parameters);
const out = (type) => koffi.out(koffi.pointer(type));

export const OK = 0;
export const TIMEOUT = 14;

export const native = {
  statusName: library.func('webchat_status_name', 'const char *', ['uint32_t']),
  failureReason: library.func('webchat_failure_reason', 'const char *', []),
  version: library.func('webchat_version_text', 'const char *', []),
  serviceNew: status('webchat_service_new', 'const char *', out('void *')),
  close: status('webchat_service_close', 'void *'),
  waitClosed: status('webchat_service_wait_closed', 'void *', 'uint32_t'),
  destroy: status('webchat_service_destroy', 'void *'),
  capability: status('webchat_capability', 'void *', 'const char *', out('int32_t')),
  command: status('webchat_command', 'void *', 'const char *', 'const char *', koffi.pointer(Completion), out('uint64_t')),
  cancel: status('webchat_cancel', 'void *', 'uint64_t'),
  wakeFd: status('webchat_wake_fd', 'void *', out('int')),
  nextEvent: status('webchat_next_event', 'void *', 'uint32_t', out('void *')),
  eventJson: status('webchat_event_json', 'void *', out(Text)),
  eventFree: status('webchat_event_free', 'void *'),
  nextOutcome: status('webchat_next_outcome', 'void *', 'uint32_t', out('void *')),
  outcomeRequest: status('webchat_outcome_request', 'void *', out('uint64_t')),
  outcomeStatus: status('webchat_outcome_status', 'void *'),
  outcomeReason: status('webchat_outcome_reason', 'void *', out(Text)),
  outcomeRetry: status('webchat_outcome_retry', 'void *', out('uint32_t'), out('uint64_t')),
  outcomePayload: library.func('webchat_outcome_payload', 'void *', ['void *']),
  outcomeFree: status('webchat_outcome_free', 'void *'),
  payloadJson: status('webchat_payload_json', 'void *', out(Text)),
};

const completionSize = koffi.sizeof(Completion);

/** How a command is given: its outcome waits until it is asked for. */
export const asked = (deadline) => ({
  size: completionSize, deadline_ms: deadline, on_done: null, on_progress: null, context: null, destroy: null, by_asking: 1,
});

/** The text that `read` fills in; empty where it fails. */
export function text(read, handle) {
  const found = {};
  return read(handle, found) === OK ? koffi.decode.string(found.data, Number(found.len)) : '';
}
