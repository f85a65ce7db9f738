// Package page reads the commands that a page in Markdown shows.
package page

import (
	"os"
	"strings"
)

// Block is one fenced code block.
type Block struct {
	Page    string // the name that Read or Blocks was given
	Section string // the nearest heading above it, without its # signs
	Line    int    // the number of its first line in the page, from 1
	Text    string // its lines, the last one too with a newline
}

// Read returns the blocks of a page that are marked as sh, in order. Name becomes
// their Page.
func Read(file, name string) ([]Block, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Blocks(name, string(content)), nil
}

// Blocks returns the blocks of a text that are marked as sh, in order.
func Blocks(name, text string) (blocks []Block) {
	section, fence := "", ""
	var inside *Block
	for i, line := range strings.Split(text, "\n") {
		switch {
		case fence != "" && line == "```":
			if inside != nil {
				blocks = append(blocks, *inside)
			}
			inside, fence = nil, ""
		case inside != nil:
			inside.Text += line + "\n"
		case fence != "":
		case strings.HasPrefix(line, "```"):
			if fence = line; fence == "```sh" {
				inside = &Block{Page: name, Section: section, Line: i + 2}
			}
		case strings.HasPrefix(line, "#"):
			section = strings.TrimSpace(strings.TrimLeft(line, "#"))
		}
	}
	return blocks
}

// Unquoted returns a script with every quoted character replaced by _, so that the
// rest is what a shell interprets.
func Unquoted(script string) string {
	var plain strings.Builder
	quote := rune(0)
	escaped := false
	for _, c := range script {
		switch {
		case escaped:
			escaped = false
			plain.WriteRune('_')
		case c == '\\' && quote != '\'':
			escaped = true
			plain.WriteRune('_')
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
			plain.WriteRune('_')
		case quote != 0 && c == quote:
			quote = 0
			plain.WriteRune('_')
		case quote != 0 && c != '\n':
			plain.WriteRune('_')
		default:
			plain.WriteRune(c)
		}
	}
	return plain.String()
}
