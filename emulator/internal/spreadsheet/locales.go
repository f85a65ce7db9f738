package spreadsheet

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"example.com/sheets-function/emulator/internal/rest"
)

// locales are those that the settings of a spreadsheet offer, without the languages
// alone, which the API takes, too.
var locales = strings.Fields(`ar_EG az_AZ be_BY bg_BG bn_IN ca_ES cs_CZ cy_GB da_DK de_CH de_DE el_GR en_AU en_CA en_GB en_IE en_IN en_US
	es_AR es_BO es_CL es_CO es_EC es_ES es_MX es_PY es_UY es_VE fi_FI fil_PH fr_CA fr_FR gu_IN he_IL hi_IN hr_HR hu_HU hy_AM id_ID in_ID it_IT iw_IL
	ja_JP ka_GE kk_KZ kn_IN ko_KR lt_LT lv_LV ml_IN mn_MN mr_IN my_MM nb_NO nl_NL nn_NO no_NO pa_IN pl_PL pt_BR pt_PT ro_RO ru_RU sk_SK sl_SI
	sr_RS sv_SE ta_IN te_IN th_TH tr_TR uk_UA vi_VN zh_CN zh_HK zh_TW`)

// localeText matches a locale: a language, and a country.
var localeText = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)

// checkLocale returns an error for a text that is not a language, or a language and a
// country. Of those that are, the API does not support all, and does not document
// which: one that the settings do not offer is Unsupported.
func checkLocale(text string) error {
	if text == "" || slices.ContainsFunc(locales, func(l string) bool { return l == text || strings.HasPrefix(l, text+"_") }) {
		return nil
	}
	if _, err := language.Parse(text); err != nil || !localeText.MatchString(text) {
		return rest.BadRequest("Unsupported locale: %s", text)
	}
	return rest.Unsupported("the locale " + text)
}
