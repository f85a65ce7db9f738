package page

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// sample is a request to the function that shows a failure.
type sample int

const (
	readSample  sample = iota // GET of the first sheet
	writeSample               // POST of a row to it
)

// try is a sample that was sent, and its answer.
type try struct {
	ID       string  `json:"id"` // value of the request's X-Request-Id
	Request  string  `json:"request"`
	Pending  bool    `json:"pending"`
	Status   int     `json:"status"`
	Seconds  float64 `json:"seconds"`
	Code     string  `json:"code,omitempty"`
	Detail   string  `json:"detail,omitempty"`
	Hint     string  `json:"hint,omitempty"`
	Response string  `json:"response,omitempty"` // of a request that succeeded, cut
}

const (
	// sampleTimeout is longer than the function takes for any request.
	sampleTimeout = 70 * time.Second
	maxResponse   = 64 << 10
	// maxShown is how much of a response the page shows.
	maxShown = 300
)

var samples atomic.Int64

// client sends the page's requests to the function; the load has many at a time.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: maxLoadRequests}}

// start sends the sample of a failure, and does not wait for its answer.
func (p *page) start(failure string, s sample) {
	method, path, body := s.request(p)
	t := &try{ID: "page-" + strconv.FormatInt(samples.Add(1), 10), Request: method + " " + path, Pending: true}
	p.mu.Lock()
	if p.tries == nil {
		p.tries = map[string]*try{}
	}
	p.tries[failure] = t
	p.mu.Unlock()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), sampleTimeout)
		defer cancel()
		answered := p.send(ctx, *t, method, path, body)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.tries[failure] == t {
			p.tries[failure] = &answered
		}
	}()
}

// send sends a request to the function, with pairs of names and values as headers, and
// returns its answer.
func (p *page) send(ctx context.Context, t try, method, path string, body []byte, header ...string) try {
	began := time.Now()
	t.Pending = false
	r, err := http.NewRequestWithContext(ctx, method, p.FunctionURL+path, bytes.NewReader(body))
	if err != nil {
		t.Detail = err.Error()
		return t
	}
	r.Header.Set("X-Request-Id", t.ID)
	r.Header.Set("Cache-Control", "no-cache") // not from memory, and not stale
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(r)
	if err != nil {
		t.Detail, t.Seconds = err.Error(), time.Since(began).Seconds()
		return t
	}
	defer response.Body.Close()
	content, _ := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	t.Status, t.Seconds = response.StatusCode, time.Since(began).Seconds()
	if t.Status < http.StatusBadRequest {
		t.Response = string(content[:min(len(content), maxShown)])
		return t
	}
	var problem struct{ Code, Detail, Hint string }
	_ = json.Unmarshal(content, &problem) // what is not a problem has no code
	t.Code, t.Detail, t.Hint = problem.Code, cmp.Or(problem.Detail, string(content[:min(len(content), maxShown)])), problem.Hint
	return t
}

// request returns the request of the sample for the first visible sheet.
func (s sample) request(p *page) (method, path string, body []byte) {
	title, column := p.firstSheet()
	path = "/sheets/" + url.PathEscape(title)
	if s == readSample {
		return http.MethodGet, path, nil
	}
	body, _ = json.Marshal(map[string]any{column: "sample"}) // a map of strings always encodes
	return http.MethodPost, path, body
}

// firstSheet returns the first visible sheet, and the name of its second column, or of
// the first where that has none.
func (p *page) firstSheet() (title, column string) {
	overview, err := p.Google.Overview(p.Spreadsheet)
	if err != nil {
		return "", "A"
	}
	for _, sheet := range overview.Sheets {
		if sheet.Hidden {
			continue
		}
		column = "A"
		cells, err := p.Google.View(context.Background(), p.Spreadsheet, sheet.Title, 0, 0, 1, 2)
		for i := 0; err == nil && len(cells) > 0 && i < len(cells[0]); i++ {
			column = cmp.Or(cells[0][i].Text, column)
		}
		return sheet.Title, column
	}
	return "", "A"
}
