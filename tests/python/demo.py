#!/usr/bin/env python3
"""Holds a chat with an agent, and prints each event as a line: milliseconds, event, who and text, separated by tabs.

Usage: demo.py '{"dataURL": "http://localhost:8080/genesys/2/chat/support"}'
"""

import sys
import time

import webchat

LINES = ["Hello, I have a question about my invoice.", "Thank you!", "Goodbye."]

begin = time.monotonic()


def show(event: webchat.Event) -> None:
    milliseconds = int((time.monotonic() - begin) * 1000)
    for message in event.messages or [webchat.Message()]:
        print(milliseconds, event.name, message.sender.name, message.text or "", sep="\t", flush=True)


with webchat.Chat(sys.argv[1]) as chat:
    events = chat.events()
    last = "pollingStopped" if chat.capabilities["polling"] else "ended"
    chat.start_chat(nickname="Pia", subject="Invoice")
    answers = 0  # the agent greets, then answers each line
    for event in events:
        show(event)
        if isinstance(event, webchat.MessageReceived):
            for message in event.messages:
                if message.type == "Message" and message.sender.is_agent:
                    answers += 1
                    if answers <= len(LINES):
                        chat.send_message(LINES[answers - 1])
        elif event.name == last:
            break
