// Package table holds the rules for rows: how records are parsed from JSON and
// CSV, which columns a sheet has, which rows a query selects, what an edit does to
// a sheet, and how rows are written as JSON and CSV. It imports nothing of Google
// and makes no calls.
package table
