package webchat_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"libwebchat/webchat"
)

// server is a simulated Genesys server: the program that WEBCHAT_SIMULATOR names.
type server struct {
	URL     string `json:"url"`
	Control string `json:"controlUrl"`
	process *exec.Cmd
}

func startServer(arguments ...string) *server {
	program := os.Getenv("WEBCHAT_SIMULATOR")
	if program == "" {
		program = "webchat-simulator"
	}
	s := &server{process: exec.Command(program, append([]string{"--port", "0", "--json"}, arguments...)...)}
	output, err := s.process.StdoutPipe()
	must(err)
	must(s.process.Start())
	line, err := bufio.NewReader(output).ReadBytes('\n')
	must(err)
	must(json.Unmarshal(line, s))
	return s
}

func (s *server) stop() {
	must(s.process.Process.Kill())
	_ = s.process.Wait()
}

func newServer(t *testing.T) *server {
	s := startServer("--script", "none")
	t.Cleanup(s.stop)
	return s
}

func (s *server) config() webchat.Options {
	return webchat.Options{"dataURL": s.URL, "pollRateMin": 250, "pollRateMax": 250}
}

func (s *server) chat(t *testing.T) *webchat.Chat {
	chat, err := webchat.New(s.config())
	must(err)
	t.Cleanup(func() { must(chat.Close()) })
	return chat
}

// do sends an order to the control API.
func (s *server) do(path string, body webchat.Options) {
	text, err := json.Marshal(body)
	must(err)
	answer, err := http.Post(s.Control+path, "application/json", bytes.NewReader(text))
	must(err)
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode >= 300 {
		panic(fmt.Sprint(path, ": ", string(said)))
	}
}

// requests waits for so many requests.
func (s *server) requests(operation string, count int) {
	answer, err := http.Get(fmt.Sprintf("%s/log?operation=%s&count=%d&waitMs=30000", s.Control, operation, count))
	must(err)
	must(answer.Body.Close())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
