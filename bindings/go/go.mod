module libwebchat/webchat

go 1.21
