/**
 * The functions of include/webchat.h that this package calls, and its callbacks.
 *
 * The library calls back on a thread of its own. koffi has such a call wait until this JavaScript thread runs it, so all of JavaScript stays
 * on the thread that made the chat. Each JavaScript thread (each worker) has a runtime of its own, so that a busy one holds up no other.
 */
import koffi from 'koffi';

const library = koffi.load(process.env.WEBCHAT_LIBRARY ?? 'libwebchat.so.0');

const Text = koffi.struct('webchat_str', { data: 'void *', len: 'size_t' });
// Contexts are numbers of ours: the library hands them back as they are.
const OutcomeFn = koffi.proto('webchat_outcome_fn', 'void', ['uintptr_t', 'void *']);
const EventFn = koffi.proto('webchat_event_fn', 'void', ['uintptr_t', 'void *']);
const DestroyFn = koffi.proto('webchat_destroy_fn', 'void', ['uintptr_t']);
const Completion = koffi.struct('webchat_completion', {
  size: 'size_t',
  deadline_ms: 'uint32_t',
  on_done: koffi.pointer(OutcomeFn),
  on_progress: 'void *',
  context: 'uintptr_t',
  destroy: 'void *',
});
const ServiceOptions = koffi.struct('webchat_service_options', {
  size: 'size_t',
  config_json: 'const char *',
  runtime: 'void *',
  store: 'void *',
  keeper: 'void *',
});

const status = (name, ...parameters) => library.func(name, 'uint32_t', parameters);
const out = (type) => koffi.out(koffi.pointer(type));

export const OK = 0;
export const TIMEOUT = 14;

export const native = {
  statusName: library.func('webchat_status_name', 'const char *', ['uint32_t']),
  failureReason: library.func('webchat_failure_reason', 'const char *', []),
  version: library.func('webchat_version_text', 'const char *', []),
  runtimeNew: status('webchat_runtime_new', 'uint32_t', out('void *')),
  runtimeDestroy: status('webchat_runtime_destroy', 'void *'),
  serviceNew: status('webchat_service_new_with', koffi.pointer(ServiceOptions), out('void *'), 'void *'),
  close: status('webchat_service_close', 'void *'),
  waitClosed: status('webchat_service_wait_closed', 'void *', 'uint32_t'),
  destroy: status('webchat_service_destroy', 'void *'),
  capability: status('webchat_capability', 'void *', 'const char *', out('int32_t')),
  command: status('webchat_command', 'void *', 'const char *', 'const char *', koffi.pointer(Completion), out('uint64_t')),
  cancel: status('webchat_cancel', 'void *', 'uint64_t'),
  subscribe: status('webchat_subscribe', 'void *', 'const char *', koffi.pointer(EventFn), 'uintptr_t', koffi.pointer(DestroyFn), 'void *'),
  nextEvent: status('webchat_next_event', 'void *', 'uint32_t', out('void *')),
  eventJson: status('webchat_event_json', 'void *', out(Text)),
  eventFree: status('webchat_event_free', 'void *'),
  outcomeStatus: status('webchat_outcome_status', 'void *'),
  outcomeReason: status('webchat_outcome_reason', 'void *', out(Text)),
  outcomeRetry: status('webchat_outcome_retry', 'void *', out('uint32_t'), out('uint64_t')),
  outcomePayload: library.func('webchat_outcome_payload', 'void *', ['void *']),
  payloadJson: status('webchat_payload_json', 'void *', out(Text)),
};

export const sizes = { completion: koffi.sizeof(Completion), serviceOptions: koffi.sizeof(ServiceOptions) };

/** The text that `read` fills in; empty where it fails. */
export function text(read, handle) {
  const found = {};
  return read(handle, found) === OK ? koffi.decode.string(found.data, Number(found.len)) : '';
}

/** Registers what is called with each outcome, with the news that there are events, and with the news that none come any more. */
export function register(outcome, event, silence) {
  return {
    outcome: koffi.register(outcome, koffi.pointer(OutcomeFn)),
    event: koffi.register(event, koffi.pointer(EventFn)),
    silence: koffi.register(silence, koffi.pointer(DestroyFn)),
  };
}
