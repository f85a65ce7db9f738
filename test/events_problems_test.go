package test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/sheets-function/emulator"
)

// fromPubSub is the type of the CloudEvents that Eventarc makes of messages.
const fromPubSub = "google.cloud.pubsub.topic.v1.messagePublished"

func TestEventProblems(t *testing.T) {
	const structured = "Content-Type: application/cloudevents+json"
	const binary = "Ce-Specversion: 1.0\nCe-Id: 1\nCe-Source: /s\nCe-Type: t\n"
	const unwrapped = "X-Goog-Pubsub-Message-Id: 9\nX-Goog-Pubsub-Subscription-Name: projects/p/subscriptions/s\n"
	w := newWorld(t, withSheets(emulator.Sheet{Title: keysSheet, Values: [][]any{{"A"}}, Hidden: true}))
	before := w.google.Values(w.id, "Orders")
	tests := []struct {
		name, header, body string
		status             int
		code, detail       string
	}{
		{"rows alone", "Content-Type: application/json", `{"id":"private-row"}`, 400, "bad-request", "neither a CloudEvent"},
		{"nothing", "", "", 400, "bad-request", "neither a CloudEvent"},
		{"a message that is text", "", `{"message":"private-row","subscription":"s"}`, 400, "bad-request", "nor a message"},
		{"a message without an ID", "", `{"message":{"data":"e30=","attributes":{"sheet":"Orders"}},"subscription":"s"}`, 400, "bad-request", "messageId"},
		{"a message without a subscription", "", `{"message":{"data":"e30=","messageId":"1","attributes":{"sheet":"Orders"}}}`, 400, "bad-request", "subscription"},
		{"a message that is not base64", "", `{"message":{"data":"private-row","messageId":"1"},"subscription":"s"}`, 400, "bad-request", "base64"},
		{"a message without a sheet", "", `{"message":{"data":"e30=","messageId":"1"},"subscription":"s"}`, 400, "bad-request", `attribute "sheet"`},
		{"a message without data", "", `{"message":{"messageId":"1","attributes":{"sheet":"Orders"}},"subscription":"s"}`, 400, "bad-request", "empty"},
		{"unwrapped without a sheet", unwrapped, `{"id":"private-row"}`, 400, "bad-request", `attribute "sheet"`},
		{"unwrapped without a subscription", "Sheet: Orders\nX-Goog-Pubsub-Message-Id: 1", `{"id":"private-row"}`, 400, "bad-request", "Subscription-Name"},
		{"unwrapped, not JSON", unwrapped + "Sheet: Orders", `private-row`, 400, "bad-request", "not JSON"},
		{"binary without a sheet", binary, `{"id":"private-row"}`, 400, "bad-request", "subject"},
		{"binary without an ID", "Ce-Specversion: 1.0\nCe-Source: /s\nCe-Type: t\nCe-Subject: Orders", `{"id":"private-row"}`, 400, "bad-request", "want specversion 1.0, and id, source and type"},
		{"binary of an unknown version", binary + "Ce-Specversion: 0.3", `{"id":"private-row"}`, 400, "bad-request", "specversion 1.0"},
		{"binary, not JSON by its type", binary + "Ce-Subject: Orders\nContent-Type: application/xml", `{"id":"private-row"}`, 400, "bad-request", "application/xml"},
		{"binary, malformed media type", binary + "Ce-Subject: Orders\nContent-Type: ///", `{"id":"private-row"}`, 400, "bad-request", "application/json"},
		{"structured, not JSON", structured, `{"private-row"`, 400, "bad-request", "JSON format"},
		{"structured, an array", structured, `[{"id":"private-row"}]`, 400, "bad-request", "an object"},
		{"structured, null", structured, `null`, 400, "bad-request", "not whole"},
		{"structured, an ID that is a number", structured, `{"specversion":"1.0","id":1,"source":"private-row","type":"t"}`, 400, "bad-request", "attributes are strings"},
		{"structured of version 0.3", structured, `{"specversion":"0.3","id":"1","source":"/s","type":"t","subject":"Orders","data":{"id":"private-row"}}`, 400, "bad-request", "specversion 1.0"},
		{"structured with data twice", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data":{"id":4},"data_base64":"e30="}`, 400, "bad-request", "both"},
		{"structured, base64 that is a number", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data_base64":1}`, 400, "bad-request", "JSON format"},
		{"structured without data", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders"}`, 400, "bad-request", "empty"},
		{"structured, data in a string", structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"Orders","data":"{\"id\":4}"}`, 422, "invalid-rows", "neither"},
		{"structured as XML", "Content-Type: application/cloudevents+xml", `<event/>`, 400, "bad-request", "JSON format"},
		{"a batch", "Content-Type: application/cloudevents-batch+json", `[]`, 400, "bad-request", "each event by itself"},
		{"Eventarc's with data that is not a message", binary + "Ce-Subject: Orders\nCe-Type: " + fromPubSub, `{"message":{"data":"private-row"}}`, 400, "bad-request", "not a Pub/Sub message"},
		{"unknown column", binary + "Ce-Subject: Orders", `{"prize":"private-row"}`, 422, "invalid-rows", `no column "prize"`},
		{"unknown sheet, which Knative would try again as 404", binary + "Ce-Subject: Order", `{"id":"private-row"}`, 422, "sheet-not-found", `no sheet "Order"`},
		{"the sheet of keys", binary + "Ce-Subject: _keys", `{"A":"private-row"}`, 422, "sheet-not-found", `"_keys"`},
		{"too large", binary + "Ce-Subject: Orders", `{"item":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too-large", "8388608 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := w.another(t)
			answer := w.send(newEvent(tt.header, tt.body))
			checkProblem(t, "POST /events", answer, tt.status, tt.code, tt.detail)
			if strings.Contains(answer.Body.String()+w.log.String(), "private-row") {
				t.Errorf("the answer or the log holds a row:\n%s%s", answer.Body, w.log)
			}
			if diff := cmp.Diff(before, w.google.Values(w.id, "Orders")); diff != "" {
				t.Errorf("the sheet has changed (-before +after):\n%s", diff)
			}
		})
	}
}
