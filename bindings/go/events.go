package webchat

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"sync"
	"syscall"
)

// Event is something that happened.
type Event struct {
	Name string          `json:"event"`
	Time int64           `json:"time"` // milliseconds since 1970 UTC
	Data json.RawMessage `json:"data"` // {} where it carries nothing
	Raw  json.RawMessage `json:"-"`    // all of it; it holds what opens the session, as Data does: keep it out of logs
}

// Message is an entry of the transcript. Raw has what else there is of it.
type Message struct {
	Type string `json:"type"`
	Text string `json:"text"`
	From struct {
		Type string `json:"type"`
		Name string `json:"name"`
	} `json:"from"`
	Raw json.RawMessage `json:"-"`
}

// Messages returns what messageReceived brings, or the one message behind agentConnected and its like.
func (e *Event) Messages() ([]Message, error) {
	var carried struct {
		Messages []json.RawMessage `json:"messages"`
		Message  json.RawMessage   `json:"message"`
	}
	if err := json.Unmarshal(e.Data, &carried); err != nil {
		return nil, err
	}
	if carried.Message != nil {
		carried.Messages = append(carried.Messages, carried.Message)
	}
	messages := make([]Message, len(carried.Messages))
	for i, raw := range carried.Messages {
		messages[i].Raw = raw
		if err := json.Unmarshal(raw, &messages[i]); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// Next returns the next event, waiting for it while the context is not done; io.EOF when the chat is closed. An event that is there is
// returned even when the context is done. Events come in order, each to one caller; whoever asks first gets all from the beginning, whenever
// that is. Take them: while 1,024 wait, no more messages are fetched.
func (c *Chat) Next(ctx context.Context) (*Event, error) {
	for {
		event, err := c.take()
		if event != nil || err != nil {
			return event, err
		}
		if err := c.bell.wait(ctx); err != nil {
			return nil, err
		}
	}
}

// Events returns the events in a channel, which is closed when the context is done or the chat is closed.
func (c *Chat) Events(ctx context.Context) <-chan *Event {
	events := make(chan *Event)
	go func() {
		defer close(events)
		for {
			event, err := c.Next(ctx)
			if err != nil {
				return
			}
			select {
			case events <- event:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}

// take returns the event that is there, or nil.
func (c *Chat) take() (*Event, error) {
	var taken *C.webchat_event
	switch C.webchat_next_event(c.service, 0, &taken) {
	case C.WEBCHAT_OK:
	case C.WEBCHAT_ERR_TIMEOUT:
		return nil, nil
	default:
		return c.takeLeft()
	}
	return read(taken)
}

// read reads an event, and frees it.
func read(taken *C.webchat_event) (*Event, error) {
	defer C.webchat_event_free(taken)
	var encoded C.webchat_str
	C.webchat_event_json(taken, &encoded)
	event := new(Event)
	event.Raw = json.RawMessage(text(encoded))
	return event, json.Unmarshal(event.Raw, event)
}

// takeLeft returns the next of the events that nobody had taken when the chat was closed.
func (c *Chat) takeLeft() (*Event, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.left) == 0 {
		return nil, io.EOF
	}
	event := c.left[0]
	c.left = c.left[1:]
	return event, nil
}

// keepLeft takes the events that are left before the service goes.
func (c *Chat) keepLeft() {
	c.lock.Lock()
	defer c.lock.Unlock()
	var taken *C.webchat_event
	for C.webchat_next_event(c.service, 0, &taken) == C.WEBCHAT_OK {
		if event, err := read(taken); err == nil {
			c.left = append(c.left, event)
		}
	}
}

// bell waits for the library's descriptor in Go's poller, so that waiting takes no thread.
type bell struct {
	file *os.File
	conn syscall.RawConn
	once sync.Once
	ring chan struct{} // there may be an event
	done chan struct{} // the chat is closed
}

// newBell takes a descriptor of its own: the library closes the other.
func newBell(descriptor int) (*bell, error) {
	syscall.ForkLock.RLock()
	own, err := syscall.Dup(descriptor)
	if err == nil {
		syscall.CloseOnExec(own)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, err
	}
	// Go's poller takes what does not block.
	if err := syscall.SetNonblock(own, true); err != nil {
		syscall.Close(own)
		return nil, err
	}
	file := os.NewFile(uintptr(own), "webchat events")
	conn, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &bell{file: file, conn: conn, ring: make(chan struct{}), done: make(chan struct{})}, nil
}

// wait waits until there may be an event, or the context is done.
func (b *bell) wait(ctx context.Context) error {
	b.once.Do(func() { go b.listen() })
	select {
	case <-b.ring:
		return nil
	case <-b.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen rings for one waiter after the other while there are events, and sleeps in the poller while there are none.
func (b *bell) listen() {
	_ = b.conn.Read(func(descriptor uintptr) bool {
		for C.shim_readable(C.int(descriptor)) != 0 {
			select {
			case b.ring <- struct{}{}:
			case <-b.done:
				return true
			}
		}
		return false
	})
}

func (b *bell) close() {
	close(b.done)
	b.file.Close()
}
