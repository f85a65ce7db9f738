package test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

// These tests need GET /, and GET, POST and PATCH of /sheets/{title}.

const (
	instanceMemory = 512 << 20 // service.yaml
	sideBySide     = 20
)

// attack is a request that takes much of an instance for little.
type attack struct {
	name           string
	method, target string
	header         []string
	body           func(n int) io.Reader // of the n-th; nil is none
	slow           bool                  // the caller reads its answer slowly
	endless        bool                  // the caller does not wait for an answer
	callers        int                   // side by side; 0 is sideBySide
}

// TestMemory starts the function as platforms do, sends requests that take much memory
// or time, many of each side by side, and checks that it lives and that its resident
// memory stays below 60 % of what service.yaml requests, while another caller reads.
func TestMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the memory of a process is read from /proc")
	}
	if testing.Short() || raceDetector {
		t.Skip("takes half a minute; the race detector slows the emulator, and is not in the process that is measured")
	}
	env := serveGoogle(t, emulator.New(emulator.Options{}), emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{
		orders, {Title: "Rows", Values: manyRows(10_000)}, {Title: "Large", Values: manyDates(125_000)}, // a million cells
		{Title: "Wide", Values: wideRows(5000, 100)},
	}})
	p := start(t, buildMain(t, generatedMain), append(env, "READS_PER_MINUTE=100000", "WRITES_PER_MINUTE=600")...)
	p.get(t, "/sheets/Orders")
	other := startOther(t, p)
	for _, a := range attacks() {
		statuses := a.sideBySide(t, p)
		if statuses[0] > 0 && !a.endless {
			t.Errorf("%s: %d callers got no answer", a.name, statuses[0])
		}
		t.Logf("%-45s %v, %3.0f MB at the most so far", a.name, statuses, p.peak(t))
	}
	took, failed := other()
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	t.Logf("other caller: %d GETs, %d failed, p50 %v, p99 %v, longest %v", len(took), failed, took[len(took)/2], p99, took[len(took)-1])
	p.get(t, "/sheets/Orders") // it lives
	if most := p.peak(t); most > instanceMemory*0.6/(1<<20) || failed > 0 {
		t.Errorf("%.0f MB at the most, %d GETs of another caller failed, want at most %d MB and none", most, failed, instanceMemory*6/10>>20)
	}
}

func attacks() []attack {
	text := func(s string) func(int) io.Reader { return func(int) io.Reader { return strings.NewReader(s) } }
	wide := csvOfOnes(18_000, 200)
	return []attack{
		{name: "order by one column 1,000 times", method: "GET", target: "/sheets/Rows?order=" + strings.Repeat("id,", 999) + "id"},
		{name: "order by all columns", method: "GET", target: "/sheets/Rows?order=note,item,total.desc,price,qty,paid,ordered,id"},
		{name: "a condition of 900,000 parentheses", method: "PATCH", target: "/sheets/Rows?or=" + strings.Repeat("(", 900_000), body: text(`{"id":1}`)},
		{name: "aggregates of each row", method: "GET", target: "/sheets/Rows?select=id,count(),item.max(),note.min(),total.sum(),price.avg()"},
		{name: "20 conditions", method: "GET", target: "/sheets/Rows?" + strings.Repeat("item=eq."+strings.Repeat("x", 900)+"&", 20)},
		{name: "CSV of commas", method: "POST", target: "/sheets/Rows", header: asCSV, body: text("id\n" + strings.Repeat(",", maxBody-10))},
		{name: "CSV whose header is commas", method: "POST", target: "/sheets/Rows", header: asCSV, body: text(strings.Repeat(",", maxBody-10))},
		{name: "CSV of many columns", method: "POST", target: "/sheets/Rows", header: asCSV, body: text(wide)},
		{name: "JSON of many values", method: "POST", target: "/sheets/Rows", header: asJSON, body: text(jsonOfOnes(10_000, 100))},
		{name: "as many values as may be", method: "POST", target: "/sheets/Wide", header: asJSON, body: text(everyOtherColumn(10_000, 15))},
		{name: "JSON of one long string", method: "POST", target: "/sheets/Rows", header: asJSON, body: text(`{"id":"` + strings.Repeat("x", maxBody-100) + `"}`)},
		{name: "a number of many digits", method: "POST", target: "/sheets/Rows", header: asJSON, body: text(`{"id":0.` + strings.Repeat("7", maxBody-100) + `}`)},
		{name: "nested arrays", method: "POST", target: "/sheets/Rows", header: asJSON, body: text(strings.Repeat("[", maxBody-100))},
		{name: "gzip of zeros", method: "POST", target: "/sheets/Rows", header: append([]string{"Content-Encoding", "gzip"}, asJSON...), body: text(gzipOfBlanks(1 << 30))},
		{name: "bodies in chunks that do not end", method: "POST", target: "/sheets/Rows", header: asJSON, body: unfinished, endless: true},
		{name: "a User-Agent of 900 KB", method: "GET", target: "/sheets/Orders", header: []string{"User-Agent", strings.Repeat("\u00ff", 450_000)}},
		{name: "slow readers of a sorted sheet", method: "GET", target: "/sheets/Rows?order=id.desc", slow: true},
		{name: "slow readers of CSV", method: "GET", target: "/sheets/Rows?format=csv", slow: true},
		{name: "the names of columns", method: "GET", target: "/"},
		{name: "a million cells", method: "GET", target: "/sheets/Large", slow: true},
		{name: "a million cells, sorted", method: "GET", target: "/sheets/Large?order=note,id.desc", slow: true},
		{name: "a million cells, as CSV and text", method: "GET", target: "/sheets/Large?format=csv&values=text", slow: true},
		{name: "long texts in many rows", callers: 8, method: "PATCH", target: "/sheets/Rows?id=lt.1000", header: asJSON, body: func(n int) io.Reader {
			return strings.NewReader(`{"` + []string{"note", "item"}[n%2] + `":"` + strings.Repeat(strconv.Itoa(n+10), 5000) + `"}`)
		}},
		{name: "changes of wide rows", callers: 5, method: "PATCH", target: "/sheets/Wide?id=lt.2000", header: manyAffected, body: func(n int) io.Reader {
			return strings.NewReader(fmt.Sprintf(`{"c%d":%d}`, n+1, n))
		}},
		{name: "changes of all wide rows", method: "PATCH", target: "/sheets/Wide?id=gte.0", header: manyAffected, body: text(`{"c1":"x"}`)},
		{name: "a change of a million cells' sheet", method: "PATCH", target: "/sheets/Large?id=eq.5", body: text(`{"item":"x"}`)},
	}
}

var manyAffected = append([]string{"Prefer", "max-affected=10000"}, asJSON...)

// wideRows returns rows of numbers, the first of which is their number.
func wideRows(rows, columns int) [][]any {
	values := [][]any{{"id"}}
	for c := range columns - 1 {
		values[0] = append(values[0], fmt.Sprint("c", c+1))
	}
	for n := range rows {
		row := make([]any, columns)
		for c := range row {
			row[c] = n + c
		}
		values = append(values, row)
	}
	return values
}

func csvOfOnes(columns, rows int) string {
	var b strings.Builder
	for i := range columns {
		fmt.Fprintf(&b, ",c%d", i)
	}
	return b.String()[1:] + strings.Repeat("\n"+strings.Repeat("1,", columns-1)+"1", rows)
}

func jsonOfOnes(rows, columns int) string {
	return "[" + strings.Repeat(manyColumns(columns)+",", rows-1)[:min(maxBody-2000, (rows-1)*len(manyColumns(columns)+","))]
}

// everyOtherColumn returns rows for a sheet of [wideRows], of which each has as many values, none
// of them beside another.
func everyOtherColumn(rows, values int) string {
	var row strings.Builder
	for c := range values {
		fmt.Fprintf(&row, `,"c%d":"xy"`, 2*c+2)
	}
	return "[" + strings.Repeat("{"+row.String()[1:]+"},", rows-1) + "{" + row.String()[1:] + "}]"
}

// gzipOfBlanks is short, and n bytes long once inflated.
func gzipOfBlanks(n int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	part := bytes.Repeat([]byte(" "), 1<<20)
	for range n >> 20 {
		_, _ = w.Write(part) // a buffer takes everything
	}
	_ = w.Close()
	return b.String()
}

// unfinished is a body that begins and does not end before its caller leaves.
func unfinished(int) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write([]byte(`{"id":1}`))
		time.Sleep(2 * time.Second)
		_ = w.CloseWithError(io.ErrUnexpectedEOF)
	}()
	return io.MultiReader(r)
}

// sideBySide sends the request from many callers, and counts the statuses; 0 is none.
func (a attack) sideBySide(t *testing.T, p *process) map[int]int {
	t.Helper()
	statuses := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n := range cmp.Or(a.callers, sideBySide) {
		wg.Go(func() {
			status := a.send(t, p, n)
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	wg.Wait()
	return statuses
}

func (a attack) send(t *testing.T, p *process, n int) (status int) {
	patience := writeBudget + 10*time.Second // the function answers until then, however slow the machine
	if a.endless {
		patience = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var body io.Reader
	if a.body != nil {
		body = a.body(n)
	}
	r, err := http.NewRequestWithContext(ctx, a.method, p.url+a.target, body)
	if err != nil {
		t.Error(err)
		return 0
	}
	for i := 0; i < len(a.header); i += 2 {
		r.Header.Set(a.header[i], a.header[i+1])
	}
	// A receive buffer as small as that of a slow line.
	dialer := &net.Dialer{}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, addr)
		if tcp, ok := conn.(*net.TCPConn); ok && a.slow {
			_ = tcp.SetReadBuffer(4 << 10)
		}
		return conn, err
	}}}
	answer, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	if a.slow {
		time.Sleep(time.Second) // while it reads nothing
		return answer.StatusCode
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// startOther reads a small sheet as another caller, until stop is called.
func startOther(t *testing.T, p *process) (stop func() (took []time.Duration, failed int)) {
	ctx, cancel := context.WithCancel(t.Context())
	var took []time.Duration
	failed := 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			start := time.Now()
			answer, err := http.Get(p.url + "/sheets/Orders")
			took = append(took, time.Since(start))
			if err != nil || answer.StatusCode != http.StatusOK {
				failed++
			}
			if err == nil {
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return func() ([]time.Duration, int) {
		cancel()
		<-done
		return took, failed
	}
}

// peak is the most resident memory that the process has had, in MB.
func (p *process) peak(t *testing.T) float64 {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes / 1024
}
