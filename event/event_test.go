package event

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
)

func TestParse(t *testing.T) {
	const binary = "Ce-Specversion: 1.0\nCe-Id: 1\nCe-Source: /s\nCe-Type: t\n"
	const rows = `{"id":4}`
	eventarc := `{"message":{"data":"eyJpZCI6NH0=","messageId":"9","attributes":{%s}},"subscription":"projects/p/subscriptions/s"}`
	for _, tt := range []struct{ name, headers, body, sheet, key string }{
		{"subject that is percent-encoded", binary + "Ce-Subject: My%20Sheet%20%F0%9F%8C%B5", rows, "My Sheet 🌵", `event:"/s" "1"`},
		{"no content type", binary + "Ce-Subject: Orders", rows, "Orders", `event:"/s" "1"`},
		{"another JSON", binary + "Ce-Subject: Orders\nContent-Type: application/vnd.orders+json; charset=utf-8", rows, "Orders", `event:"/s" "1"`},
		{"a header that is not an attribute", binary + "Ce-Subject: Orders\nCe-: x", rows, "Orders", `event:"/s" "1"`},
		{"structured, base64 after a blank", "Content-Type: application/cloudevents+json; charset=UTF-8",
			`{"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "subject": "Orders", "data_base64": "eyJpZCI6NH0="}`, "Orders", `event:"/s" "1"`},
		{"structured mode, despite headers", binary + "Ce-Subject: Twice\nContent-Type: application/cloudevents+json",
			`{"data":{"id":4},"subject":"Orders","specversion":"1.0","id":"2","source":"/s","type":"t","extension":{"nested":1}}`, "Orders", `event:"/s" "2"`},
		{"structured, members in other cases are extensions", "Content-Type: application/cloudevents+json",
			`{"data":{"id":4},"subject":"Orders","specversion":"1.0","id":"2","source":"/s","type":"t","ID":"3","Subject":"Twice","DATA":[]}`, "Orders", `event:"/s" "2"`},
		{"pushed, members in other cases do not count", "",
			strings.Replace(fmt.Sprintf(eventarc, `"sheet":"Orders","Sheet":"Twice"`), `"subscription"`, `"Subscription":"x","subscription"`, 1), "Orders", `event:"projects/p/subscriptions/s" "9"`},
		{"Eventarc's", binary + "Ce-Type: " + pubsubEventType, fmt.Sprintf(eventarc, `"sheet":"Orders"`), "Orders", `event:"/s" "1"`},
		{"Eventarc's, attribute over subject", binary + "Ce-Subject: Twice\nCe-Type: " + pubsubEventType, fmt.Sprintf(eventarc, `"sheet":"Orders"`), "Orders", `event:"/s" "1"`},
		{"Eventarc's, by subject", binary + "Ce-Subject: Orders\nCe-Type: " + pubsubEventType, fmt.Sprintf(eventarc, ``), "Orders", `event:"/s" "1"`},
		{"pushed", "", fmt.Sprintf(eventarc, `"sheet":"Orders","other":"x"`), "Orders", `event:"projects/p/subscriptions/s" "9"`},
		{"unwrapped, without an attribute for its type", "X-Goog-Pubsub-Message-Id: 9\nX-Goog-Pubsub-Subscription-Name: projects/p/subscriptions/s\nSheet: Orders\nContent-Type: application/octet-stream",
			rows, "Orders", `event:"projects/p/subscriptions/s" "9"`},
		{"a CloudEvent that went through Pub/Sub unwrapped", "X-Goog-Pubsub-Message-Id: 9\nX-Goog-Pubsub-Subscription-Name: projects/p/subscriptions/s\nCe-Subject: Orders\n" + binary,
			rows, "Orders", `event:"/s" "1"`},
	} {
		header := http.Header{}
		for line := range strings.Lines(tt.headers) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			header.Set(name, value) // the last one counts
		}
		got, err := Parse(header, []byte(tt.body))
		if err != nil || got.Sheet != tt.sheet || got.Key != tt.key || string(got.Rows) != rows {
			t.Errorf("%s: Parse() = %q %q %s, %v, want %q %q %s", tt.name, got.Sheet, got.Key, got.Rows, err, tt.sheet, tt.key, rows)
		}
	}
}

func TestEventKey(t *testing.T) {
	long := strings.Repeat("x", 300)
	seen := map[string]string{}
	for _, pair := range [][2]string{
		{"a", "b"}, {"a b", ""}, {`a" "b`, ""}, {"", `a" "b`}, {"b", "a"}, {"a", "b "}, {"a", "B"}, {"ä", "b"}, {"\\u00e4", "b"}, {"a", "b\n"},
		{"\xff", ""}, {"\ufffd", ""}, {long, "1"}, {long, "2"}, {long + "y", "1"}, {"x", long}, {strings.Repeat("ä", 40), "1"}, {strings.Repeat("ä", 41), "1"},
	} {
		key := eventKey(pair[0], pair[1])
		if other, ok := seen[key]; ok {
			t.Errorf("eventKey(%q) = eventKey(%s)", pair, other)
		}
		seen[key] = fmt.Sprintf("%q", pair)
		checkEventKey(t, key)
	}
}

func checkEventKey(t *testing.T, key string) {
	t.Helper()
	if !strings.HasPrefix(key, `event:"`) || len(key) > MaxKey || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
		t.Errorf("key %q, want event:…, at most %d printable ASCII characters", key, MaxKey)
	}
}

// TestEventsOfTheSDK checks the parser on events that CloudEvents' own SDK encodes.
func TestEventsOfTheSDK(t *testing.T) {
	for name, rows := range map[string]any{"as JSON": []map[string]any{{"id": 4.5}}, "in base64": []byte(`[{"id":4.5}]`)} {
		for _, title := range []string{"Orders", "My Sheet 🌵", "100%", "%zz"} {
			for _, structured := range []bool{true, false} {
				e := cloudevents.NewEvent()
				e.SetID("7")
				e.SetSource("https://example.com/a?b=c#d")
				e.SetType("com.example.order")
				e.SetSubject(title)
				e.SetTime(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC))
				e.SetExtension("partitionkey", "x")
				if err := e.SetData("application/json", rows); err != nil {
					t.Fatal(err)
				}
				ctx := t.Context()
				if structured {
					ctx = cloudevents.WithEncodingStructured(ctx)
				}
				r, err := cloudevents.NewHTTPRequestFromEvent(ctx, "http://example.com/events", e)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Fatal(err)
				}
				got, err := Parse(r.Header, body)
				const key, want = `event:"https://example.com/a?b=c#d" "7"`, `[{"id":4.5}]`
				if err != nil || got.Sheet != title || got.Key != key || string(got.Rows) != want {
					t.Errorf("%s, structured %v: Parse() = %q %q %s, %v, want %q %q %s", name, structured, got.Sheet, got.Key, got.Rows, err, title, key, want)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	const binary = "Ce-Specversion: 1.0\r\nCe-Id: 1\r\nCe-Source: /s\r\nCe-Type: t\r\n"
	f.Add(binary+"Ce-Subject: Orders\r\nContent-Type: application/json", []byte(`{"id":4}`))
	f.Add(binary+"Ce-Type: "+pubsubEventType, []byte(`{"message":{"data":"eyJpZCI6NH0=","messageId":"9","attributes":{"sheet":"Orders"}},"subscription":"s"}`))
	f.Add("Content-Type: application/cloudevents+json", []byte(`{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data":[{"id":4}]}`))
	f.Add("X-Goog-Pubsub-Message-Id: 9\r\nX-Goog-Pubsub-Subscription-Name: s\r\nSheet: Orders", []byte(`{"id":4}`))
	f.Add("Ce-Specversion: 1.0\r\nCe-: x\r\nCe-Id: %\r\nCe-Source: \"\r\nCe-Type: t\r\nCe-Subject: %ff", []byte(`{}`))
	f.Add("Content-Type: application/cloudevents+json", []byte(`{"specversion":"1.0","id":"\ud800","source":" ","type":"t","subject":"x","data_base64":1}`))
	f.Add("Content-Type: application/cloudevents+json", []byte(`{"specversion":"1.0","id":"1","source":"s","type":"google.cloud.pubsub.topic.v1.messagePublished","data":null}`))
	f.Add("Content-Type: application/cloudevents-batch+json", []byte(`[]`))
	f.Add("", []byte(`{"message":{"data":null,"messageId":"1","attributes":{"sheet":"x"}},"subscription":"s"}`))
	f.Fuzz(func(t *testing.T, headers string, body []byte) {
		header, err := textproto.NewReader(bufio.NewReader(strings.NewReader(headers + "\r\n\r\n"))).ReadMIMEHeader()
		if err != nil {
			return // net/http refuses it
		}
		e, err := Parse(http.Header(header), body)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("Parse() = %T %v, want an *Error", err, err)
			}
			return
		}
		checkEventKey(t, e.Key)
		if again, _ := Parse(http.Header(header), body); e.Sheet == "" || again.Key != e.Key || again.Sheet != e.Sheet {
			t.Errorf("Parse() = %q %q, and then %q %q", e.Sheet, e.Key, again.Sheet, again.Key)
		}
	})
}
