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
)

// getValues calls spreadsheets.values.get for typed values, and calls row for each row as it
// arrives. The cells are JSON as Google wrote it, and valid until row returns; a date is the
// text that the sheet shows. The typed client would decode them into a [][]any, which takes
// longer than all the rest of a read.
func (s *Service) getValues(ctx context.Context, a1 string, row func([]jsontext.Value) error) error {
	query := url.Values{
		"valueRenderOption": {"UNFORMATTED_VALUE"}, "dateTimeRenderOption": {"FORMATTED_STRING"},
		"fields": {"values"}, "prettyPrint": {"false"},
	}
	path := "v4/spreadsheets/" + url.PathEscape(s.id) + "/values/" + url.PathEscape(a1)
	return s.getJSON(ctx, path+"?"+query.Encode(), func(d *jsontext.Decoder) error { return decodeValues(d, row) })
}

// getJSON makes a GET call without the typed client. An error response is the same
// [*googleapi.Error] as with it.
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
	// Reading to the end shows that the body is complete, and lets the connection be
	// used again.
	if _, err := d.ReadToken(); err != io.EOF {
		return fmt.Errorf("read the end of Google's answer: %w", err)
	}
	return nil
}

// decodeValues calls row for each row of a ValueRange,
// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values#ValueRange.
// For an empty sheet it lacks the field values.
func decodeValues(d *jsontext.Decoder, row func([]jsontext.Value) error) error {
	return decodeMember(d, "values", func() error {
		var cells []jsontext.Value // its memory is reused for the next row
		return decodeArray(d, func() error {
			list, err := d.ReadValue() // valid until the next call
			if err == nil && list.Kind() != jsontext.KindBeginArray {
				err = fmt.Errorf("read Google's answer: %v where a row should be", list.Kind())
			}
			if err != nil {
				return err
			}
			cells = appendElements(cells[:0], list)
			return row(cells)
		})
	})
}

// decodeMember calls decode to read the value of an object's member, and skips others.
func decodeMember(d *jsontext.Decoder, member string, decode func() error) error {
	return decodeMembers(d, map[string]func() error{member: decode})
}

// decodeMembers calls a function for each of an object's members that has one, to read its
// value.
func decodeMembers(d *jsontext.Decoder, decode map[string]func() error) error {
	if err := expectKind(d, jsontext.KindBeginObject); err != nil {
		return err
	}
	for d.PeekKind() != jsontext.KindEndObject {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if read := decode[name.String()]; read != nil {
			err = read()
		} else {
			err = d.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	return expectKind(d, jsontext.KindEndObject)
}

// decodeArray calls decode to read each element of an array.
func decodeArray(d *jsontext.Decoder, decode func() error) error {
	if err := expectKind(d, jsontext.KindBeginArray); err != nil {
		return err
	}
	for {
		switch d.PeekKind() {
		case jsontext.KindEndArray:
			return expectKind(d, jsontext.KindEndArray)
		case jsontext.KindInvalid:
			_, err := d.ReadToken()
			return err
		}
		if err := decode(); err != nil {
			return err
		}
	}
}

func expectKind(d *jsontext.Decoder, want jsontext.Kind) error {
	token, err := d.ReadToken()
	if err == nil && token.Kind() != want {
		err = fmt.Errorf("read Google's answer: %v where %v should be", token.Kind(), want)
	}
	return err
}
