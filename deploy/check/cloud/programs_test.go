package cloud

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// programs are the programs that the test binary stands in for: it is linked under
// their names into a folder that is first in PATH.
var programs = map[string]func(args []string) error{
	"gcloud": gcloud, "curl": curl, "docker": docker, "kubectl": kubectl, "go": goCommand,
	"pack": ignore, "kn": ignore, "func": ignore,
}

// What the programs read from their environment.
const (
	cloudURL       = "STAND_IN_URL"
	cloudPrincipal = "STAND_IN_PRINCIPAL"
	realCurl       = "STAND_IN_CURL"
)

func TestMain(m *testing.M) {
	run := programs[filepath.Base(os.Args[0])]
	if run == nil {
		os.Exit(m.Run())
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ignore([]string) error { return nil }

// post sends a value to the cloud and copies the answer to standard output.
func post(path string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	resp, err := http.Post(os.Getenv(cloudURL)+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", bytes.TrimSpace(out))
	} else {
		os.Stdout.Write(out)
	}
	return err
}

func gcloud(args []string) error {
	call := Call{Principal: os.Getenv(cloudPrincipal), Args: args}
	if slices.Contains(args, "-") {
		var err error
		if call.Stdin, err = io.ReadAll(os.Stdin); err != nil {
			return err
		}
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	call.Folder = folder
	return post("/gcloud", call)
}

// curl runs curl itself, with each URL replaced by one of the cloud, and without
// its pauses.
func curl(args []string) error {
	command := []string{"curl"}
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--retry-all-errors":
		case arg == "--retry", arg == "--retry-delay":
			i++
		case strings.HasPrefix(arg, "https://"), strings.HasPrefix(arg, "http://"):
			u, err := url.Parse(arg)
			if err != nil {
				return err
			}
			command = append(command, os.Getenv(cloudURL)+"/"+u.Host+u.EscapedPath()+"?"+u.RawQuery)
		case arg == "127.0.0.1:8081/":
			command = append(command, os.Getenv(cloudURL)+"/ingress/")
		default:
			command = append(command, arg)
		}
	}
	return syscall.Exec(os.Getenv(realCurl), command, os.Environ())
}

func docker(args []string) error {
	image := args[len(args)-1]
	if args[0] == "push" {
		return post("/push", Call{Principal: os.Getenv(cloudPrincipal), Args: []string{image}})
	}
	fmt.Println(image + "@sha256:" + strings.Repeat("0", 64))
	return nil
}

func goCommand(args []string) error {
	if slices.Equal(args, []string{"env", "GOVERSION"}) {
		fmt.Println("go9.9.9")
	}
	return nil
}

// kubectl answers what later commands need, and checks that files are there.
func kubectl(args []string) error {
	line := strings.Join(args, " ")
	switch {
	case slices.Contains(args, "--local"):
		if file := args[slices.Index(args, "-f")+1]; file != "-" {
			content, err := os.ReadFile(file)
			os.Stdout.Write(content)
			return err
		}
		_, err := io.Copy(os.Stdout, os.Stdin)
		return err
	case strings.HasSuffix(line, "openid-configuration"):
		fmt.Println(`{"issuer": "https://issuer.example.com"}`)
	case strings.HasPrefix(line, "apply -f -"):
		content, err := io.ReadAll(os.Stdin)
		if err == nil && !bytes.Contains(content, []byte("kind: ")) {
			err = fmt.Errorf("kubectl %s: no manifest", line)
		}
		return err
	case regexp.MustCompile(`^apply -f [^h]`).MatchString(line):
		if stat, err := os.Stat(args[2]); err != nil || stat.Size() == 0 {
			return fmt.Errorf("kubectl %s: no manifest: %v", line, err)
		}
	}
	return nil
}
