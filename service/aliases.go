package service

import "example.com/sheets-function/service/table"

// The names that moved to package table, until their uses have moved too.
type (
	Appended = table.Appended
	Code     = table.Code
	Error    = table.Error
	Match    = table.Match
	Query    = table.Query
	Record   = table.Record
	Rows     = table.Rows
	Values   = table.Values
	Write    = table.Write
)

const (
	Account             = table.Account
	MaxRows             = table.MaxRows
	Formula             = table.Formula
	Text                = table.Text
	Typed               = table.Typed
	APIDisabled         = table.APIDisabled
	BadRequest          = table.BadRequest
	Conflict            = table.Conflict
	InvalidRows         = table.InvalidRows
	KeyReused           = table.KeyReused
	NoStorage           = table.NoStorage
	NotShared           = table.NotShared
	OutcomeUnknown      = table.OutcomeUnknown
	Overloaded          = table.Overloaded
	RateLimited         = table.RateLimited
	ScopeInsufficient   = table.ScopeInsufficient
	SheetFull           = table.SheetFull
	SheetNotFound       = table.SheetNotFound
	SpreadsheetNotFound = table.SpreadsheetNotFound
	TokenRefused        = table.TokenRefused
	TooLarge            = table.TooLarge
	UnsupportedDocument = table.UnsupportedDocument
	Upstream            = table.Upstream
)

var (
	ParseRecords = table.ParseRecords
	ReadCSV      = table.ReadCSV
)
