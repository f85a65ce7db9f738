package test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	function "example.com/sheets-function"
	"example.com/sheets-function/emulator"
)

// bareMain is what the function is compared with: net/http alone, the same token
// and the same call to Google, whose answer is passed on unread.
const bareMain = `package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"sync"
)

var token = sync.OnceValue(func() string {
	scopes := url.Values{"scopes": {"https://www.googleapis.com/auth/drive,https://www.googleapis.com/auth/spreadsheets"}}
	req, _ := http.NewRequest("GET", "http://"+os.Getenv("GCE_METADATA_HOST")+"/computeMetadata/v1/instance/service-accounts/default/token?"+scopes.Encode(), nil)
	req.Header.Set("Metadata-Flavor", "Google")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string ` + "`json:\"access_token\"`" + `
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		log.Fatal(err)
	}
	return answer.AccessToken
})

func main() {
	call := "http://" + os.Getenv("SHEETS_EMULATOR_HOST") + "/v4/spreadsheets/" + os.Getenv("SPREADSHEET_ID") +
		"/values/'Orders'?alt=json&dateTimeRenderOption=FORMATTED_STRING&fields=values&prettyPrint=false&valueRenderOption=UNFORMATTED_VALUE"
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, _ := http.NewRequestWithContext(r.Context(), "GET", call, nil)
		req.Header.Set("Authorization", "Bearer "+token())
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(w, resp.Body)
	})))
}
`

// clientsMain is bareMain on the functions framework, with Google's clients for
// Sheets and Drive built at start: what a function needs that uses them.
var clientsMain = strings.NewReplacer(
	`	"sync"
`, `	"context"
	"sync"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
`,
	`func main() {
`, `func main() {
	if _, err := sheets.NewService(context.Background(), option.WithHTTPClient(http.DefaultClient)); err != nil {
		log.Fatal(err)
	}
	if _, err := drive.NewService(context.Background(), option.WithHTTPClient(http.DefaultClient)); err != nil {
		log.Fatal(err)
	}
`,
	`log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(`, `funcframework.RegisterHTTPFunctionContext(context.Background(), "/", (func(`,
	`	})))
}
`, `	}))
	log.Fatal(funcframework.StartHostPort("127.0.0.1", os.Getenv("PORT")))
}
`,
).Replace(bareMain)

// BenchmarkStart measures from process start to the first row served, with the
// platform's generated main, with one that only has the framework and Google's
// clients, and with the bare one, in turn.
//
//	go test -run='^$' -bench=Start -benchtime=20x ./test
func BenchmarkStart(b *testing.B) {
	env := serveGoogle(b, emulator.New(emulator.Options{}), emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{orders}})
	binaries := []string{buildMain(b, generatedMain), buildMain(b, bareMain), buildMain(b, clientsMain)}
	var took [3]time.Duration
	for b.Loop() {
		for i, binary := range binaries {
			p := start(b, binary, env...)
			p.get(b, "/sheets/Orders")
			took[i] += time.Since(p.started)
			p.stop()
		}
	}
	b.ReportMetric(0, "ns/op")
	report(b, "ms", took[0].Seconds()*1e3/float64(b.N), took[1].Seconds()*1e3/float64(b.N))
	b.ReportMetric(took[2].Seconds()*1e3/float64(b.N), "ms-with-clients")
	b.ReportMetric(took[0].Seconds()/took[2].Seconds(), "×with-clients")
}

// BenchmarkGet measures CPU and resident memory of both processes over GETs of
// 1,000 rows of 8 cells, with and without a call to Google for each; of at least
// 1,000, by which the memory has settled. The bare handler always calls Google.
//
//	go test -run='^$' -bench=Get -benchtime=1000x ./test
func BenchmarkGet(b *testing.B) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		b.Skip("CPU and memory of a process are read from /proc")
	}
	binaries := []string{buildMain(b, generatedMain), buildMain(b, bareMain)}
	tests := []struct {
		name, ttl string
		rows      [][]any
	}{{"uncached", "0", manyRows(1000)}, {"uncached with two columns of dates", "0", manyDates(1000)}, {"cached", "1h", manyRows(1000)}}
	for _, tt := range tests {
		env := serveGoogle(b, emulator.New(emulator.Options{}), emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{{Title: "Orders", Values: tt.rows}}})
		b.Run(tt.name, func(b *testing.B) {
			compareGets(b, binaries, append(env, "READS_PER_MINUTE=100000", "CACHE_TTL="+tt.ttl))
		})
	}
}

func compareGets(b *testing.B, binaries, env []string) {
	var cpu, memory [2]float64
	processes := []*process{start(b, binaries[0], env...), start(b, binaries[1], env...)}
	for _, p := range processes {
		p.get(b, "/sheets/Orders")
	}
	var before [2]float64
	for i, p := range processes {
		before[i] = p.cpu(b)
	}
	for b.Loop() {
		for _, p := range processes {
			p.get(b, "/sheets/Orders")
		}
	}
	for i, p := range processes {
		cpu[i] = (p.cpu(b) - before[i]) * 1e3 / float64(b.N)
		memory[i] = p.memory(b)
	}
	b.ReportMetric(0, "ns/op")
	report(b, "cpu-ms/GET", cpu[0], cpu[1])
	report(b, "MB", memory[0], memory[1])
}

// report gives a figure of the function and its ratio to the bare handler's.
func report(b *testing.B, unit string, function, bare float64) {
	b.ReportMetric(function, unit)
	b.ReportMetric(bare, "bare-"+unit)
	b.ReportMetric(function/bare, "×-"+unit)
}

// cpu is the process's time in user and system mode, in seconds.
func (p *process) cpu(b *testing.B) float64 {
	const ticks = 100 // a second, on every Linux that Go supports
	fields := strings.Fields(p.proc(b, "stat"))
	user, err1 := strconv.ParseFloat(fields[13], 64)
	system, err2 := strconv.ParseFloat(fields[14], 64)
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	return (user + system) / ticks
}

// memory is the process's resident memory in MB.
func (p *process) memory(b *testing.B) float64 {
	_, rest, _ := strings.Cut(p.proc(b, "status"), "VmRSS:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kilobytes / 1024
}

func (p *process) proc(b *testing.B, file string) string {
	b.Helper()
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.Process.Pid), file))
	if err != nil {
		b.Fatal(err)
	}
	return string(content)
}

// BenchmarkHandler measures a GET of 1,000 rows of 8 cells without sockets. The
// emulator's own work is part of an uncached one: that is for profiles, and
// BenchmarkListRows of package service for figures.
func BenchmarkHandler(b *testing.B) {
	for name, ttl := range map[string]time.Duration{"uncached": 0, "cached": time.Hour} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, func(settings *function.Settings, s *emulator.Spreadsheet) {
				settings.CacheTTL = function.TTL(ttl)
				s.Sheets = []emulator.Sheet{{Title: "Orders", Values: manyRows(1000)}}
			})
			b.ReportAllocs()
			for b.Loop() {
				r, _ := http.NewRequest(http.MethodGet, "/sheets/Orders", nil)
				w.ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) WriteHeader(int)             {}
func (d discard) Write(b []byte) (int, error) { return io.Discard.Write(b) }
