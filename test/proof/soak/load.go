package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// write is one row, which a caller sends until it is certain what became of it, as
// far as it may.
type write struct {
	name     string
	instance int // that it was sent to first
	key      bool
	bad      bool // Google refuses it
	began    time.Time
	took     time.Duration
	attempts []reply
}

// reply is the answer that a caller got. Status 0 is a connection that broke, and -1 one
// that was not made.
type reply struct {
	status int
	code   string
	detail string
	noted  bool // a 201 that has more members than the row's place
}

var digits = regexp.MustCompile(`\d+`)

// String returns the answer without what differs from row to row.
func (r reply) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %.90s", r.status, r.code, digits.ReplaceAllString(r.detail, "N")))
}

func (w *write) last() reply { return w.attempts[len(w.attempts)-1] }

func (w *write) acknowledged() bool { return w.last().status == http.StatusCreated }

// uncertain reports whether an attempt may have stored the row without a certain answer.
func (w *write) uncertain() bool {
	for _, a := range w.attempts {
		if a.status == 0 || a.status == http.StatusGatewayTimeout {
			return true
		}
	}
	return false
}

// warnings reports which answers the caller got about the row's place: that it is another
// one, or that it is not known.
func (w *write) warnings() (conflict, unplaced bool) {
	for _, a := range w.attempts {
		conflict = conflict || a.status == http.StatusConflict
		unplaced = unplaced || a.noted
	}
	return conflict, unplaced
}

// warned reports whether an answer shows that the row may not be where it belongs.
func (w *write) warned() bool {
	conflict, unplaced := w.warnings()
	return conflict || unplaced || !w.acknowledged() && w.uncertain()
}

// load sends writes to the instances in turn.
type load struct {
	urls   []string
	retry  bool
	client *http.Client
	began  time.Time

	mu      sync.Mutex
	writes  []*write
	gets    int
	served  []time.Duration // of the GETs answered 200
	pending sync.WaitGroup
}

func newLoad(processes []*process, retry bool) *load {
	l := &load{retry: retry, began: time.Now(), client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}}
	for _, p := range processes {
		l.urls = append(l.urls, p.url())
	}
	return l
}

// steady sends rate rows a second until ctx ends; with pauses, in bursts between
// which there are lone rows or none.
func (l *load) steady(ctx context.Context, rate int, pauses bool, random *rand.Rand) {
	each := time.Second / time.Duration(rate)
	due, pause := time.Now(), time.Now().Add(5*time.Second)
	for ctx.Err() == nil {
		if pauses && time.Now().After(pause) {
			for range random.IntN(4) {
				sleep(ctx, time.Duration(random.IntN(8000))*time.Millisecond)
				l.send(random.IntN(2) == 0, false)
			}
			due, pause = time.Now(), time.Now().Add(time.Duration(random.IntN(8000))*time.Millisecond)
		}
		if sleep(ctx, time.Until(due)); ctx.Err() == nil {
			due = due.Add(each)
			l.send(pauses && random.IntN(2) == 0, false)
		}
	}
}

// read sends rate GETs a second to the instances in turn until ctx ends.
func (l *load) read(ctx context.Context, rate int) {
	for due := time.Now(); ctx.Err() == nil; sleep(ctx, time.Until(due)) {
		due = due.Add(time.Second / time.Duration(rate))
		url := l.urls[l.gets%len(l.urls)]
		l.gets++
		l.pending.Go(func() {
			sent := time.Now()
			answer, err := l.client.Get(url + "/sheets/" + loadSheet)
			if err != nil {
				return
			}
			_, err = io.Copy(io.Discard, answer.Body)
			if err := errors.Join(err, answer.Body.Close()); err == nil && answer.StatusCode == http.StatusOK {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.served = append(l.served, time.Since(sent))
			}
		})
	}
}

// send starts a write, and returns it before it has an answer.
func (l *load) send(key, bad bool) *write {
	l.mu.Lock()
	w := &write{name: fmt.Sprint(namePrefix, len(l.writes)), instance: len(l.writes) % len(l.urls), key: key, bad: bad, began: time.Now()}
	l.writes = append(l.writes, w)
	l.mu.Unlock()
	l.pending.Go(func() { l.run(w) })
	return w
}

func (l *load) run(w *write) {
	text := ""
	if w.bad {
		text = refusedRow
	}
	body, _ := json.Marshal(map[string]any{"id": w.name, "n": len(w.name), "text": text})
	for n := 0; ; n++ {
		answer := l.post(l.urls[(w.instance+n)%len(l.urls)], w, string(body))
		w.attempts = append(w.attempts, answer)
		certain := answer.status == -1 || answer.status == http.StatusServiceUnavailable || answer.status == http.StatusBadGateway
		again := certain || w.key && (answer.status == 0 || answer.status == http.StatusGatewayTimeout) ||
			answer.status == http.StatusNotFound // the sheet is renamed for a moment
		if !l.retry || !again || time.Since(w.began) > 3*time.Minute {
			w.took = time.Since(w.began)
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
}

func (l *load) post(url string, w *write, body string) reply {
	r, err := http.NewRequest(http.MethodPost, url+"/sheets/"+loadSheet, strings.NewReader(body))
	if err != nil {
		return reply{status: -1}
	}
	r.Header.Set("Content-Type", "application/json")
	if w.key {
		r.Header.Set("Idempotency-Key", w.name)
	}
	answer, err := l.client.Do(r)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return reply{status: -1}
	}
	if err != nil {
		return reply{}
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return reply{}
	}
	var problem struct{ Code, Detail string }
	fields := map[string]any{}
	_ = json.Unmarshal(content, &problem)
	_ = json.Unmarshal(content, &fields)
	return reply{answer.StatusCode, problem.Code, problem.Detail, answer.StatusCode == http.StatusCreated && len(fields) > 2}
}
