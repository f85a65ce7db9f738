package check

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
)

// TestQueueProxy runs the function behind Knative's own queue-proxy, as each of
// its pods does, set up as service.yaml says.
func TestQueueProxy(t *testing.T) {
	isolated(t, func(t *testing.T, folder string) {
		env := overlay(t, folder)
		command(t, module, env, "go", "build", "-o", filepath.Join(folder, "function"), mainPackage)
		command(t, module, env, "go", "build", "-o", filepath.Join(folder, "local"), "./cmd/local")
		command(t, ".", nil, "go", "build", "-o", filepath.Join(folder, "queue"), "knative.dev/serving/cmd/queue")
	}, func(t *testing.T, folder string) {
		t.Run("concurrency", func(t *testing.T) { queueConcurrency(t, folder) })
		t.Run("timeout", func(t *testing.T) { queueTimeout(t, folder) })
		t.Run("probe", func(t *testing.T) { queueProbe(t, folder) })
		t.Run("stop", func(t *testing.T) { queueStop(t, folder) })
	})
}

// proxy starts the queue-proxy with the values of service.yaml, or another
// timeout.
func proxy(t *testing.T, folder string, timeout int64) {
	t.Helper()
	spec := shipped(t).Spec.Template.Spec
	probe := *spec.GetContainer().ReadinessProbe
	probe.HTTPGet.Host, probe.HTTPGet.Port, probe.HTTPGet.Scheme = "127.0.0.1", intstr.FromInt32(8080), "HTTP"
	readiness, err := json.Marshal(probe)
	if err != nil {
		t.Fatal(err)
	}
	if timeout == 0 {
		timeout = *spec.TimeoutSeconds
	}
	start(t, []string{
		fmt.Sprint("CONTAINER_CONCURRENCY=", *spec.ContainerConcurrency),
		fmt.Sprint("REVISION_TIMEOUT_SECONDS=", timeout),
		"SERVING_READINESS_PROBE=" + string(readiness),
		"QUEUE_SERVING_PORT=8012", "QUEUE_SERVING_TLS_PORT=8112", "USER_PORT=8080",
		"SERVING_LOGGING_CONFIG=", "SERVING_LOGGING_LEVEL=",
		"SERVING_NAMESPACE=default", "SERVING_SERVICE=sheets-function", "SERVING_CONFIGURATION=sheets-function",
		"SERVING_REVISION=sheets-function-00001", "SERVING_POD=pod", "SERVING_POD_IP=127.0.0.1",
		"SYSTEM_NAMESPACE=knative-serving", "METRICS_DOMAIN=knative.dev/internal/serving",
		"METRICS_COLLECTOR_ADDRESS=", "SERVING_REQUEST_METRICS_BACKEND=none", "TRACING_CONFIG_BACKEND=none",
	}, filepath.Join(folder, "queue"))
}

func shipped(t *testing.T) *servingv1.Service {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(module, "service.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := readService(content)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func queueConcurrency(t *testing.T, folder string) {
	start(t, google(t, folder), filepath.Join(folder, "function"))
	proxy(t, folder, 0)
	ready(t, proxyURL+"/health")
	longest := all(t, askAll(100, 100, func(int) answer {
		return ask(t, http.MethodGet, proxyURL+"/sheets/Orders", "")
	}), http.StatusOK)
	t.Logf("100 GETs at once: all 200, the slowest in %v", longest)
}

func queueTimeout(t *testing.T, folder string) {
	start(t, google(t, folder, "sheets.spreadsheets.batchUpdate:hang"), filepath.Join(folder, "function"))
	proxy(t, folder, 2)
	ready(t, proxyURL+"/health")
	a := ask(t, http.MethodPost, proxyURL+"/sheets/Orders", row("late-", 0))
	if a.status != http.StatusGatewayTimeout || strings.Contains(a.body, "code") {
		t.Errorf("POST behind a Google that hangs = %+v, want the proxy's own 504", a)
	}
	all(t, []answer{ask(t, http.MethodGet, proxyURL+"/sheets/Orders", "")}, http.StatusOK)
	t.Logf("POST beyond REVISION_TIMEOUT_SECONDS=2: %d %q in %v", a.status, a.body, a.took.Round(time.Millisecond))
}

// queueProbe sends probes as Knative's activator and the kubelet do. The proxy then asks
// the function itself, for ten seconds before it answers that it is not ready.
func queueProbe(t *testing.T, folder string) {
	env := google(t, folder)
	proxy(t, folder, 0)
	broken := start(t, append(env, "CALLERS=nobody in particular"), filepath.Join(folder, "function"))
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) { // both start
		if ask(t, http.MethodGet, proxyURL+"/health", "").status == http.StatusServiceUnavailable {
			break
		}
	}
	probe := func() answer {
		return ask(t, http.MethodGet, proxyURL+"/", "", "K-Network-Probe", "queue", "User-Agent", "kube-probe/1.30")
	}
	misconfigured := probe()
	broken.kill()
	start(t, env, filepath.Join(folder, "function"))
	ready(t, functionURL+"/health")
	good := probe()
	if misconfigured.status != http.StatusServiceUnavailable || good.status != http.StatusOK || good.body != "queue" {
		t.Errorf("probe of a function that is not set up = %+v, of one that is = %+v; want 503 and 200 queue", misconfigured, good)
	}
	t.Logf("probe: %d while /health is 503, %d when it is 200", misconfigured.status, good.status)
}

// queueStop ends the function while a batch is under way and rows are queued
// behind it.
func queueStop(t *testing.T, folder string) {
	const rows = 50
	p := start(t, google(t, folder, "sheets.spreadsheets.batchUpdate:delay=2s"), filepath.Join(folder, "function"))
	proxy(t, folder, 0)
	ready(t, proxyURL+"/sheets/Orders")
	answered := make(chan []answer, 1)
	go func() {
		answered <- askAll(rows, rows, func(i int) answer {
			if i > 0 {
				time.Sleep(500 * time.Millisecond) // so that the first one's batch is under way
			}
			return ask(t, http.MethodPost, proxyURL+"/sheets/Orders", row("stop-", i))
		})
	}()
	time.Sleep(1200 * time.Millisecond) // until all are in the function; it cannot be observed from outside
	p.end(t)
	answers := <-answered
	longest := all(t, answers, http.StatusCreated)
	if longest < 3*time.Second {
		t.Errorf("the slowest took %v: nothing was queued behind the first batch", longest)
	}
	storedOnce(t, "stop-", rows)
	t.Logf("SIGTERM with 1 row under way and %d queued: all 201, the slowest in %v, each stored once, exit code 0", rows-1, longest)
}
