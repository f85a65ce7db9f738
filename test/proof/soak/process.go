package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// platformMain is what Google's buildpack writes into the module: the framework's
// server around the root package. Unlike the real one it binds to loopback.
const platformMain = `package main

import (
	"log"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	_ "example.com/sheets-function"
)

func main() {
	if err := funcframework.StartHostPort("127.0.0.1", os.Getenv("PORT")); err != nil {
		log.Fatal(err)
	}
}
`

// build builds the function of a module, which stays as it is, into a folder.
func build(module, folder string) (binary string, err error) {
	module, err = filepath.Abs(module)
	if err != nil {
		return "", err
	}
	binary = filepath.Join(folder, "function")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(module, "serverless_function_app", "main.go"): binary + ".go", // the folder that the buildpack uses
	}})
	if err := errors.Join(err, os.WriteFile(binary+".go", []byte(platformMain), 0o644), os.WriteFile(binary+".json", overlay, 0o644)); err != nil {
		return "", err
	}
	command := exec.Command("go", "build", "-C", module, "-buildvcs=false", "-overlay", binary+".json", "-o", binary, "./serverless_function_app")
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the function: %w\n%s", err, out)
	}
	return binary, nil
}

// process is one instance. It keeps its address when it is started again.
type process struct {
	binary, port string
	reserved     net.Listener // keeps the port until the process starts
	env          []string
	log          io.Writer
	command      *exec.Cmd
	ended        chan struct{}
}

func newProcess(binary string, log io.Writer, env ...string) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return &process{binary: binary, port: port, reserved: listener, env: env, log: log}, nil
}

func (p *process) url() string { return "http://127.0.0.1:" + p.port }

// start starts the process and returns when it serves.
func (p *process) start() error {
	_ = p.reserved.Close() // again where it is started again
	p.command = exec.Command(p.binary)
	p.command.Env = append(p.env, "PORT="+p.port, "FUNCTION_TARGET=Handle", "K_SERVICE=sheets-function")
	p.command.Stderr = p.log
	if err := p.command.Start(); err != nil {
		return err
	}
	command, ended := p.command, make(chan struct{})
	p.ended = ended
	go func() { _ = command.Wait(); close(ended) }()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		answer, err := http.Get(p.url() + "/health")
		if err == nil {
			_ = answer.Body.Close()
		}
		if err == nil && answer.StatusCode == http.StatusOK {
			return nil
		}
		if time.Since(began) > 20*time.Second {
			return fmt.Errorf("start the function: %w", err)
		}
	}
}

// stop ends the process by a signal, and kills it after the ten seconds that Cloud
// Run gives.
func (p *process) stop(signal syscall.Signal) {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Signal(signal)
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}
