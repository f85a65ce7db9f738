//go:build !race

package commit

const exploreRuns = 500
