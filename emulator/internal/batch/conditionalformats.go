package batch

import (
	"slices"

	"google.golang.org/api/sheets/v4"

	"example.com/sheets-function/emulator/internal/rest"
	"example.com/sheets-function/emulator/internal/spreadsheet"
)

// Requests about conditional formats, which are stored in order and not applied.

// normalizeRule checks a rule and returns its sheet, and the rule as Google
// returns it.
func (b batch) normalizeRule(given *sheets.ConditionalFormatRule) (*spreadsheet.Sheet, *sheets.ConditionalFormatRule, error) {
	switch {
	case given == nil || len(given.Ranges) == 0:
		return nil, nil, rest.BadRequest("A rule must have at least one range.")
	case (given.BooleanRule == nil) == (given.GradientRule == nil):
		return nil, nil, rest.BadRequest("A rule must have either a boolean rule or a gradient rule.")
	}
	rule := *given
	rule.Ranges, rule.ForceSendFields = nil, nil
	var on *spreadsheet.Sheet
	for _, g := range given.Ranges {
		s, inside, err := b.closedRange(g)
		if err != nil {
			return nil, nil, err
		}
		if on != nil && on != s {
			return nil, nil, rest.BadRequest("All ranges of a rule must be on the same sheet.")
		}
		on = s
		rule.Ranges = append(rule.Ranges, inside)
	}
	if rule.BooleanRule != nil {
		boolean := *rule.BooleanRule
		boolean.Format = spreadsheet.NormalizeFormat(boolean.Format)
		rule.BooleanRule = &boolean
	}
	return on, &rule, nil
}

func (b batch) addConditionalFormatRule(r *sheets.AddConditionalFormatRuleRequest) (*sheets.Response, error) {
	s, rule, err := b.normalizeRule(r.Rule)
	if err != nil {
		return nil, err
	}
	at := int(r.Index)
	if at < 0 || at > len(s.Rules) {
		return nil, rest.BadRequest("The index %d of the rule is out of range: there are %d.", at, len(s.Rules))
	}
	s.Rules = slices.Insert(s.Rules, at, rule)
	return nil, nil
}

func (b batch) updateConditionalFormatRule(r *sheets.UpdateConditionalFormatRuleRequest) (*sheets.Response, error) {
	reply := &sheets.UpdateConditionalFormatRuleResponse{NewIndex: r.Index}
	if r.Rule != nil {
		s, rule, err := b.normalizeRule(r.Rule)
		if err != nil {
			return nil, err
		}
		if reply.OldRule, err = s.RuleAt(r.Index); err != nil {
			return nil, err
		}
		s.Rules[r.Index], reply.NewRule = rule, rule
		return &sheets.Response{UpdateConditionalFormatRule: reply}, nil
	}
	s := b.SheetByID(r.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownSheet(r.SheetId)
	}
	rule, err := s.RuleAt(r.Index)
	if err != nil {
		return nil, err
	}
	if r.NewIndex < 0 || r.NewIndex > int64(len(s.Rules)) {
		return nil, rest.BadRequest("The index %d of the rule is out of range: there are %d.", r.NewIndex, len(s.Rules))
	}
	s.Rules = slices.Delete(s.Rules, int(r.Index), int(r.Index)+1)
	s.Rules = slices.Insert(s.Rules, min(int(r.NewIndex), len(s.Rules)), rule)
	reply.NewRule, reply.OldIndex, reply.NewIndex = rule, r.Index, r.NewIndex
	return &sheets.Response{UpdateConditionalFormatRule: reply}, nil
}

func (b batch) deleteConditionalFormatRule(r *sheets.DeleteConditionalFormatRuleRequest) (*sheets.Response, error) {
	s := b.SheetByID(r.SheetId)
	if s == nil {
		return nil, spreadsheet.UnknownSheet(r.SheetId)
	}
	rule, err := s.RuleAt(r.Index)
	if err != nil {
		return nil, err
	}
	s.Rules = slices.Delete(s.Rules, int(r.Index), int(r.Index)+1)
	return &sheets.Response{DeleteConditionalFormatRule: &sheets.DeleteConditionalFormatRuleResponse{Rule: rule}}, nil
}
