package webchat_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"libwebchat/webchat"
)

var background = context.Background()

// until reads events until one of this name fits.
func until(t *testing.T, chat *webchat.Chat, name string, fits func(webchat.Message) bool) *webchat.Event {
	t.Helper()
	for {
		event, err := chat.Next(background)
		if err != nil {
			t.Fatalf("before %s: %v", name, err)
		}
		messages, err := event.Messages()
		must(err)
		if event.Name != name {
			continue
		}
		for _, message := range messages {
			if fits == nil || fits(message) {
				return event
			}
		}
	}
}

func says(text string) func(webchat.Message) bool {
	return func(message webchat.Message) bool { return message.Text == text }
}

func TestChat(t *testing.T) {
	server := newServer(t)
	chat := server.chat(t)
	if _, err := chat.StartChat(background, webchat.Options{"nickname": "Ann"}); err != nil {
		t.Fatal(err)
	}
	server.do("/chats/latest/join", webchat.Options{"nickname": "Kim"})
	until(t, chat, webchat.EventAgentConnected, func(message webchat.Message) bool { return message.From.Name == "Kim" })
	if _, err := chat.SendMessage(background, "Hällo 👋"); err != nil {
		t.Fatal(err)
	}
	until(t, chat, webchat.EventMessageReceived, says("Hällo 👋"))
	server.do("/chats/latest/say", webchat.Options{"text": "Good day"})
	until(t, chat, webchat.EventMessageReceived, says("Good day"))
	if _, err := chat.EndChat(background); err != nil {
		t.Fatal(err)
	}
	for event := range chat.Events(background) {
		if event.Name == webchat.EventEnded {
			break
		}
	}
}

func TestErrorsHaveKinds(t *testing.T) {
	server := newServer(t)
	chat := server.chat(t)
	_, err := chat.SendMessage(background, "too early")
	if !errors.Is(err, webchat.NoSession) || errors.Is(err, webchat.Closed) || !strings.Contains(err.Error(), "no active chat session") {
		t.Fatal(err)
	}
	if _, err := chat.Command(background, "dance", nil); !errors.Is(err, webchat.Unsupported) || !strings.Contains(err.Error(), "dance") {
		t.Fatal(err)
	}
	if _, err := webchat.New(webchat.Options{"dataURL": 7}); !errors.Is(err, webchat.InvalidConfiguration) || !strings.Contains(err.Error(), "dataURL") {
		t.Fatal(err)
	}
	if can, err := chat.Can("fileUpload"); !can || err != nil {
		t.Fatal(can, err)
	}
	must(second(chat.StartChat(background, webchat.Options{"nickname": "Ann"})))
	server.do("/faults", webchat.Options{"kind": "status", "operation": "send", "code": 247, "status": 400})
	var refused *webchat.Error
	if _, err := chat.SendMessage(background, "refused"); !errors.As(err, &refused) || !strings.Contains(string(refused.Value), "247") {
		t.Fatal(err)
	}
}

func TestContext(t *testing.T) {
	server := newServer(t)
	chat := server.chat(t)
	must(second(chat.StartChat(background, webchat.Options{"nickname": "Ann"})))
	server.do("/faults", webchat.Options{"kind": "hang", "operation": "send"})
	ctx, cancel := context.WithCancel(background)
	left := make(chan error, 1)
	go func() { left <- second(chat.SendMessage(ctx, "has left")) }()
	server.requests("send", 1)
	waits := make(chan error, 1)
	go func() { waits <- second(chat.SendMessage(ctx, "waits")) }()
	cancel()
	if err := <-left; !errors.Is(err, webchat.OutcomeUnknown) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := second(chat.SendMessage(ctx, "never given")); err != context.Canceled {
		t.Error(err)
	}
	if event, err := chat.Next(ctx); event == nil || err != nil {
		t.Error("an event that is there is given even so")
	}
	for err := error(nil); err != context.Canceled; _, err = chat.Next(ctx) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFiles(t *testing.T) {
	server := newServer(t)
	chat := server.chat(t)
	must(second(chat.StartChat(background, webchat.Options{"nickname": "Ann"})))
	bytes := base64.StdEncoding.EncodeToString([]byte("some notes"))
	sent, err := chat.Command(background, "sendFile", webchat.Options{"files": webchat.Options{"name": "notes.txt", "bytes": bytes}})
	must(err)
	var answer struct {
		UserData map[string]string `json:"userData"`
	}
	must(json.Unmarshal(sent, &answer))
	file, err := chat.DownloadFile(background, answer.UserData["file-id"])
	must(err)
	var downloaded struct {
		FileName string `json:"fileName"`
		Bytes    []byte `json:"bytes"`
	}
	must(json.Unmarshal(file, &downloaded))
	if downloaded.FileName != "notes.txt" || string(downloaded.Bytes) != "some notes" {
		t.Fatal(downloaded)
	}
}

func TestCloseWhileBusy(t *testing.T) {
	server := newServer(t)
	before := runtime.NumGoroutine()
	chat, err := webchat.New(server.config())
	must(err)
	must(second(chat.StartChat(background, webchat.Options{"nickname": "Ann"})))
	server.do("/faults", webchat.Options{"kind": "hang", "operation": "send"})
	errs := make(chan error, 3)
	for i := 0; i < 3; i++ {
		go func(number int) { errs <- second(chat.SendMessage(background, fmt.Sprint("number ", number))) }(i)
	}
	ended := make(chan int)
	go func() {
		count := 0
		for range chat.Events(background) {
			count++
		}
		ended <- count
	}()
	server.requests("send", 1)
	must(chat.Close())
	must(chat.Close())
	unknown := 0
	for i := 0; i < 3; i++ {
		err := <-errs
		switch {
		case errors.Is(err, webchat.OutcomeUnknown):
			unknown++
		case !errors.Is(err, webchat.Closed) && !errors.Is(err, webchat.InvalidHandle):
			t.Error(err)
		}
	}
	if count := <-ended; unknown != 1 || count == 0 {
		t.Error(unknown, count)
	}
	if _, err := chat.Next(background); err != io.EOF {
		t.Error(err)
	}
	awaitGoroutines(t, before)
}

func TestManyChats(t *testing.T) {
	server := newServer(t)
	before := runtime.NumGoroutine()
	var all sync.WaitGroup
	for i := 0; i < 300; i++ {
		all.Add(1)
		go func(number int) {
			defer all.Done()
			chat, err := webchat.New(webchat.Options{"dataURL": server.URL, "pollRateMin": 1000, "pollRateMax": 1000})
			must(err)
			text := fmt.Sprint("from chat ", number)
			must(second(chat.StartChat(background, webchat.Options{"nickname": "Ann"})))
			must(second(chat.SendMessage(background, text)))
			until(t, chat, webchat.EventMessageReceived, says(text))
			must(second(chat.EndChat(background)))
			must(chat.Close())
		}(i)
	}
	all.Wait()
	awaitGoroutines(t, before)
}

// awaitGoroutines waits until no more goroutines run than before: one that is about to end gets the time for it.
func awaitGoroutines(t *testing.T, before int) {
	t.Helper()
	for i := 0; i < 1_000_000 && runtime.NumGoroutine() > before; i++ {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before\n%s", now, before, stacks[:runtime.Stack(stacks, true)])
	}
}

func second[T any](_ T, err error) error { return err }
