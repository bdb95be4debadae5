// Command conformance is the adapter of libwebchat's conformance table (tests/conformance/README.md): commands come as lines, outcomes and
// events go as lines.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"libwebchat/webchat"
)

type adapter struct {
	chat     *webchat.Chat
	outcomes chan string // lines
	cancel   map[string]context.CancelFunc
	all      sync.WaitGroup
}

// tell tells events and outcomes: before an outcome all events that were there.
func (a *adapter) tell() {
	for {
		ctx, cancel := context.WithCancel(context.Background())
		outcome := make(chan string, 1)
		go func() {
			if line, more := <-a.outcomes; more {
				outcome <- line
			}
			close(outcome)
			cancel()
		}()
		for event, err := a.chat.Next(ctx); err == nil; event, err = a.chat.Next(ctx) {
			fmt.Println("event", event.Name, string(event.Raw))
		}
		line, more := <-outcome
		if !more {
			return
		}
		fmt.Println(line)
	}
}

// command gives a command by its method where there is one that takes what is given, else by its name.
func (a *adapter) command(ctx context.Context, name string, options webchat.Options) (webchat.Result, error) {
	message, hasMessage := options["message"].(string)
	switch {
	case name == "startChat":
		return a.chat.StartChat(ctx, options)
	case name == "sendMessage" && hasMessage:
		return a.chat.SendMessage(ctx, message, options)
	case name == "endChat" && len(options) == 0:
		return a.chat.EndChat(ctx)
	}
	return a.chat.Command(ctx, name, options)
}

// end has an outcome told.
func (a *adapter) end(id string, result webchat.Result, err error) {
	var refused *webchat.Error
	switch {
	case err == nil:
		a.outcomes <- fmt.Sprintf("resolved %s %s", id, result)
	case errors.As(err, &refused):
		value := refused.Value
		if value == nil {
			value, _ = json.Marshal(refused.Reason)
		}
		a.outcomes <- fmt.Sprintf("rejected %s %s %s", id, refused.Kind, value)
	default:
		panic(err)
	}
}

func (a *adapter) obey(line string) {
	words := strings.SplitN(line, " ", 5)
	if words[0] == "cancel" {
		a.cancel[words[1]]()
		return
	}
	id, name := words[1], words[3]
	within, err := time.ParseDuration(words[2] + "ms")
	if err != nil {
		panic(err)
	}
	var options webchat.Options
	if err := json.Unmarshal([]byte(words[4]), &options); err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if within > 0 {
		ctx, cancel = context.WithTimeout(context.Background(), within)
	}
	a.cancel[id] = cancel
	wait := func() (webchat.Result, error) { return a.command(ctx, name, options) }
	if words[0] == "begin" {
		wait = a.chat.Give(ctx, name, options)
	}
	a.all.Add(1)
	go func() {
		defer a.all.Done()
		result, err := wait()
		a.end(id, result, err)
	}()
}

func main() {
	var config webchat.Options
	if text := os.Args[len(os.Args)-1]; text != "-" {
		if err := json.Unmarshal([]byte(text), &config); err != nil {
			panic(err)
		}
	}
	chat, err := webchat.New(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "no chat:", err)
		os.Exit(2)
	}
	a := &adapter{chat: chat, outcomes: make(chan string), cancel: map[string]context.CancelFunc{}}
	told := make(chan struct{})
	go func() { a.tell(); close(told) }()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() && lines.Text() != "close" {
		a.obey(lines.Text())
	}
	if err := chat.Close(); err != nil {
		panic(err)
	}
	a.all.Wait()
	close(a.outcomes)
	<-told
}
