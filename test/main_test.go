package test

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	defer func() { _ = os.RemoveAll(builds.folder) }()
	m.Run()
}
