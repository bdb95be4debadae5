// Package webchat is the Genesys WebChatService for Go, by the C library libwebchat.
//
// A Chat is one customer's chat. Commands wait for their outcome, or until their context is done; events come from Next, or in a channel.
// All methods may be called by any goroutine. What the commands, events and options are, docs/reference of libwebchat says.
package webchat

/*
#cgo pkg-config: webchat
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"
)

// Options of a command, or a configuration, by their names.
type Options map[string]any

// Result is what a command resolved with, as JSON: null where that is nothing.
type Result = json.RawMessage

// Chat is one customer's chat. Close it when it is no longer needed.
type Chat struct {
	service *C.webchat_service
	bell    *bell

	closing sync.Once
	closed  error

	lock sync.Mutex
	left []*Event // what nobody had taken when it was closed
}

// New makes a chat. Without a configuration (nil) the command configure has to bring it.
func New(config Options) (*Chat, error) {
	var text *C.char
	if config != nil {
		encoded, err := json.Marshal(config)
		if err != nil {
			return nil, err
		}
		text = C.CString(string(encoded))
		defer C.free(unsafe.Pointer(text))
	}
	// What failed is asked on the thread on which it did.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	chat := new(Chat)
	if status := C.shim_service(text, &chat.service); status != C.WEBCHAT_OK {
		return nil, refusal("", status)
	}
	var descriptor C.int
	status := C.webchat_event_fd(chat.service, &descriptor)
	if status == C.WEBCHAT_OK {
		var err error
		if chat.bell, err = newBell(int(descriptor)); err == nil {
			return chat, nil
		}
		C.webchat_service_destroy(chat.service)
		return nil, err
	}
	err := refusal("", status)
	C.webchat_service_destroy(chat.service)
	return nil, err
}

// Command gives any command by its name, and waits for its outcome. When the context is done first, the command is given up: the error is
// then Cancelled, or OutcomeUnknown for a message that has left, and the context's error as well. The context's deadline is the command's.
func (c *Chat) Command(ctx context.Context, name string, options Options) (Result, error) {
	return c.Give(ctx, name, options)()
}

// Give gives a command as Command does, and returns what waits for its outcome. What is given one after the other is carried out in this
// order.
func (c *Chat) Give(ctx context.Context, name string, options Options) func() (Result, error) {
	if options == nil {
		options = Options{}
	}
	told := make(chan outcome, 1)
	encoded, err := json.Marshal(options)
	if err == nil {
		err = ctx.Err()
	}
	var request C.uint64_t
	within := deadline(ctx)
	if err == nil {
		request, err = c.give(name, string(encoded), within, told)
	}
	return func() (Result, error) {
		if err != nil {
			return nil, err
		}
		select {
		case outcome := <-told:
			return outcome.of(ctx, name)
		case <-ctx.Done():
			// A deadline the library keeps itself.
			if within == 0 || ctx.Err() == context.Canceled {
				C.webchat_cancel(c.service, request)
			}
			outcome := <-told
			return outcome.of(ctx, name)
		}
	}
}

// give gives a command; told gets its outcome.
func (c *Chat) give(name, options string, deadline C.uint32_t, told chan<- outcome) (C.uint64_t, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	nameText, optionsText := C.CString(name), C.CString(options)
	defer C.free(unsafe.Pointer(nameText))
	defer C.free(unsafe.Pointer(optionsText))
	var request C.uint64_t
	context := cgo.NewHandle(told)
	status := C.shim_command(c.service, nameText, optionsText, deadline, C.uintptr_t(context), &request)
	if status != C.WEBCHAT_OK {
		context.Delete()
		return 0, refusal(name, status)
	}
	return request, nil
}

// deadline returns the milliseconds until the context's deadline; 0 when it has none.
func deadline(ctx context.Context) C.uint32_t {
	at, has := ctx.Deadline()
	if !has {
		return 0
	}
	const longest = 1<<32 - 2
	return C.uint32_t(min(max(time.Until(at).Milliseconds(), 1), longest))
}

// Can says whether the back end has an ability: "fileUpload", "history" and so on.
func (c *Chat) Can(ability string) (bool, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	name := C.CString(ability)
	defer C.free(unsafe.Pointer(name))
	var can C.int32_t
	if status := C.webchat_capability(c.service, name, &can); status != C.WEBCHAT_OK {
		return false, refusal("", status)
	}
	return can == 1, nil
}

// Close closes the chat without ending its session at the server: commands without an outcome get Closed, or OutcomeUnknown. It waits until
// nothing is left to do. Events that nobody has taken can still be taken. Closing twice is no error.
func (c *Chat) Close() error {
	c.closing.Do(func() {
		C.webchat_service_close(c.service)
		if status := C.webchat_service_wait_closed(c.service, C.WEBCHAT_FOREVER); status != C.WEBCHAT_OK {
			c.closed = refusal("", status)
		}
		c.keepLeft()
		C.webchat_service_destroy(c.service)
		c.bell.close()
	})
	return c.closed
}

// join makes one of the options that a caller gave and those that are given by their place.
func join(given []Options, placed ...any) Options {
	all := Options{}
	for _, options := range given {
		for name, value := range options {
			all[name] = value
		}
	}
	for i := 0; i+1 < len(placed); i += 2 {
		all[placed[i].(string)] = placed[i+1]
	}
	return all
}

// text copies a text of the library's.
func text(str C.webchat_str) string {
	return C.GoStringN(str.data, C.int(str.len))
}
