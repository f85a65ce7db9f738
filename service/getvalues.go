package service

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/api/googleapi"

	"example.com/sheets-function/service/commit"
	"example.com/sheets-function/service/table"
)

// errNoSheet is what Google answers to a title that it does not know. The sheet
// of idempotency keys is as if it were not there.
var errNoSheet error = &googleapi.Error{Code: http.StatusBadRequest}

// readSheet reads a sheet by calls that the pace has given turns for: see
// readKey.calls.
func (s *Service) readSheet(ctx context.Context, k readKey, turns []turn) (*table.Listing, error) {
	if commit.IsKeysSheet(k.title) {
		return nil, errNoSheet
	}
	l := table.NewLister(k.title, k.header, k.as)
	defer l.Release()
	if k.as != table.Typed {
		if err := turns[0].wait(ctx); err != nil {
			return nil, err
		}
		// The header is always read in the typed form, so that the names of
		// columns do not change with the values' form.
		header, err := s.readHeader(ctx, k.title, k.header)
		if err != nil {
			return nil, err
		}
		l.SetHeader(header)
	}
	if err := turns[len(turns)-1].wait(ctx); err != nil {
		return nil, err
	}
	if err := s.getValues(ctx, table.QuoteTitle(k.title), k.as, l.Add); err != nil {
		return nil, err
	}
	return l.List(), nil
}

// getValues calls spreadsheets.values.get and hands over each row as it
// arrives. The cells are JSON as Google wrote it and are good until the next
// row. The typed client would make a [][]any of them, which costs more than
// all the rest of a read.
func (s *Service) getValues(ctx context.Context, a1 string, as table.Values, row func([]jsontext.Value) error) error {
	if err := s.pace.Wait(ctx); err != nil {
		return err
	}
	query := url.Values{
		"valueRenderOption": {render[as]}, "dateTimeRenderOption": {"FORMATTED_STRING"},
		"fields": {"values"}, "prettyPrint": {"false"},
	}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "/values/" + url.PathEscape(a1)
	return s.getJSON(ctx, path+"?"+query.Encode(), func(d *jsontext.Decoder) error { return decodeValues(d, row) })
}

// getJSON makes a call without the typed client. A refusal is the same
// [*googleapi.Error] as the typed client's.
func (s *Service) getJSON(ctx context.Context, path string, decode func(*jsontext.Decoder) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.sheets.BasePath+path, nil)
	if err != nil {
		return err
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := googleapi.CheckResponse(answer); err != nil {
		return err
	}
	d := jsontext.NewDecoder(bufio.NewReaderSize(answer.Body, 64<<10))
	if err := decode(d); err != nil {
		return err
	}
	// Only a body that was read to its end is whole, and gives its connection
	// to the next call.
	if _, err := d.ReadToken(); err != io.EOF {
		return fmt.Errorf("read the end of Google's answer: %w", err)
	}
	return nil
}

// decodeValues reads a ValueRange,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values#ValueRange.
// An empty sheet's has no values at all.
func decodeValues(d *jsontext.Decoder, row func([]jsontext.Value) error) error {
	if err := expect(d, jsontext.KindBeginObject); err != nil {
		return err
	}
	for d.PeekKind() != jsontext.KindEndObject {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if name.String() == "values" {
			err = decodeRows(d, row)
		} else {
			err = d.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	return expect(d, jsontext.KindEndObject)
}

func decodeRows(d *jsontext.Decoder, row func([]jsontext.Value) error) error {
	if err := expect(d, jsontext.KindBeginArray); err != nil {
		return err
	}
	var c cells
	for d.PeekKind() == jsontext.KindBeginArray {
		if err := c.decode(d); err != nil {
			return err
		}
		if err := row(c.row()); err != nil {
			return err
		}
	}
	return expect(d, jsontext.KindEndArray)
}

func expect(d *jsontext.Decoder, want jsontext.Kind) error {
	token, err := d.ReadToken()
	if err == nil && token.Kind() != want {
		err = fmt.Errorf("read Google's answer: %v where %v should be", token.Kind(), want)
	}
	return err
}

// cells holds one row at a time. Its memory is used again for the next one.
type cells struct {
	text   []byte // all cells of the row, one after the other
	ends   []int
	values []jsontext.Value
}

func (c *cells) decode(d *jsontext.Decoder) error {
	c.text, c.ends = c.text[:0], c.ends[:0]
	if err := expect(d, jsontext.KindBeginArray); err != nil {
		return err
	}
	for d.PeekKind() != jsontext.KindEndArray {
		value, err := d.ReadValue() // good until the next call only
		if err != nil {
			return err
		}
		c.text = append(c.text, value...)
		c.ends = append(c.ends, len(c.text))
	}
	return expect(d, jsontext.KindEndArray)
}

func (c *cells) row() []jsontext.Value {
	c.values = c.values[:0]
	from := 0
	for _, end := range c.ends {
		c.values = append(c.values, c.text[from:end])
		from = end
	}
	return c.values
}
