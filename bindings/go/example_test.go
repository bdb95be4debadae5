package webchat_test

import (
	"context"
	"fmt"
	"log"

	"libwebchat/webchat"
)

func Example() {
	server := startServer("--join-after", "50", "--typing", "50") // a simulated agent
	defer server.stop()

	ctx := context.Background()
	chat, err := webchat.New(webchat.Options{"dataURL": server.URL})
	if err != nil {
		log.Fatal(err)
	}
	defer chat.Close()
	events := chat.Events(ctx)
	if _, err := chat.StartChat(ctx, webchat.Options{"nickname": "Ann"}); err != nil {
		log.Fatal(err)
	}
	for event := range events {
		switch event.Name {
		case webchat.EventAgentConnected:
			if _, err := chat.SendMessage(ctx, "Just looking, bye!"); err != nil {
				log.Fatal(err)
			}
		case webchat.EventMessageReceived:
			messages, _ := event.Messages()
			for _, message := range messages {
				if message.Text != "" {
					fmt.Printf("%s: %s\n", message.From.Type, message.Text)
				}
			}
		case webchat.EventEnded:
			return
		}
	}
	// Unordered output:
	// Agent: Hello Ann, this is Sam. How can I help you?
	// Client: Just looking, bye!
	// Agent: Goodbye, Ann.
}
