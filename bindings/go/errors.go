package webchat

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime/cgo"
	"time"
)

// Kind says why a command was refused. It is an error, so that errors.Is(err, webchat.NoSession) asks for it.
type Kind string

func (k Kind) Error() string { return string(k) }

// Why a call failed before it became a command: the chat is closed; the process was forked from one that had used the library.
const (
	InvalidHandle Kind = "invalid_handle"
	Forked        Kind = "forked"
)

// Error is why a command was refused.
type Error struct {
	Kind    Kind
	Command string
	Reason  string          // for a person
	Value   json.RawMessage // what the original's `fail` gets: the server's answer, or the reason; nil where the command was not taken
	After   time.Duration   // how long to wait before trying again, where the server said so
	cause   error           // the context's
}

func (e *Error) Error() string {
	if e.Command == "" {
		return e.Reason
	}
	return e.Command + ": " + e.Reason
}

// Is says whether the error is of this kind.
func (e *Error) Is(target error) bool {
	kind, is := target.(Kind)
	return is && kind == e.Kind
}

// Unwrap returns the error of the context that was done, if that is why.
func (e *Error) Unwrap() error { return e.cause }

// refusal is why the call that returned this status failed; asked on its thread.
func refusal(command string, status C.webchat_status) error {
	kind := Kind(C.GoString(C.webchat_status_name(status)))
	return &Error{Kind: kind, Command: command, Reason: C.GoString(C.webchat_failure_reason())}
}

// outcome is how a command ended.
type outcome struct {
	result Result
	err    *Error
}

// of returns what a command returns to its caller.
func (o outcome) of(ctx context.Context, command string) (Result, error) {
	if o.err == nil {
		return o.result, nil
	}
	o.err.Command = command
	switch o.err.Kind {
	case Cancelled, Timeout, OutcomeUnknown:
		o.err.cause = ctx.Err()
		if o.err.Kind == Timeout && o.err.cause == nil {
			// The library's clock was the quicker one.
			o.err.cause = context.DeadlineExceeded
		}
	}
	return nil, o.err
}

//export webchatGoOutcome
func webchatGoOutcome(context C.uintptr_t, lent *C.webchat_outcome) {
	handle := cgo.Handle(context)
	told := handle.Value().(chan<- outcome)
	handle.Delete()
	told <- readOutcome(lent) // has room for it
}

func readOutcome(lent *C.webchat_outcome) outcome {
	var value, reason C.webchat_str
	C.webchat_payload_json(C.webchat_outcome_payload(lent), &value)
	result := Result(text(value))
	status := C.webchat_outcome_status(lent)
	if status == C.WEBCHAT_OK {
		return outcome{result: result}
	}
	C.webchat_outcome_reason(lent, &reason)
	err := &Error{Kind: Kind(C.GoString(C.webchat_status_name(status))), Reason: text(reason), Value: result}
	var retry C.uint32_t
	var after C.uint64_t
	if C.webchat_outcome_retry(lent, &retry, &after) == C.WEBCHAT_OK && retry == C.WEBCHAT_RETRY_AFTER {
		err.After = time.Duration(after) * time.Millisecond
	}
	return outcome{err: err}
}
