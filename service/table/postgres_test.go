//go:build unix

package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	postgresTime = flag.Duration("postgres", 0, "how long TestPostgres compares random queries with PostgreSQL; 0 skips it")
	postgresSeed = flag.Uint64("postgres-seed", 0, "seed of TestPostgres's first sheet; 0 is a random one")
)

// TestPostgres compares random queries of random sheets with PostgreSQL, of which it starts
// a server in a temporary folder:
//
//	go test ./service/table -run TestPostgres -v -postgres 10s
//
// Where a sheet differs from a table, the translation to SQL says how (postgressql_test.go).
func TestPostgres(t *testing.T) {
	if *postgresTime == 0 {
		t.Skip("the flag -postgres does not say how long")
	}
	psql := startPostgres(t)
	seed := *postgresSeed
	if seed == 0 {
		seed = rand.Uint64() >> 1
	}
	cases, sheets, first := 0, 0, seed
	for start := time.Now(); time.Since(start) < *postgresTime; seed++ {
		s := newRandomSheet(rand.New(rand.NewPCG(seed, 0)))
		set := s.rowSet(t)
		psql.run(t, s.createSQL())
		for range 100 {
			q := s.query()
			if diff := s.compare(t, psql, set, q); diff != "" {
				t.Fatalf("-postgres-seed %d, after %d cases: %s\nSQL: %s\n%s(-PostgreSQL +this package)\nsheet: %v", seed, cases, urlText(q), s.sql(q), diff, s.rows)
			}
			cases++
		}
		sheets++
	}
	t.Logf("%d queries of %d sheets, with seeds from %d: no difference", cases, sheets, first)
}

// compare returns how the answers differ.
func (s *randomSheet) compare(t *testing.T, psql *psql, set *RowSet, q Query) string {
	var want []map[string]any
	for _, line := range psql.run(t, s.sql(q)) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%s\n%s: %v", s.sql(q), line, err)
		}
		want = append(want, row)
	}
	parsed := queryOf(t, urlText(q))
	rows, err := set.Rows(parsed)
	if err != nil {
		return err.Error() + "\n"
	}
	var text bytes.Buffer
	_, _ = rows.WriteTo(&text)
	var got []map[string]any
	if err := json.Unmarshal(text.Bytes(), &got); err != nil {
		return err.Error() + "\n"
	}
	if len(got) == 0 {
		got = nil
	}
	total, _ := strconv.Atoi(psql.run(t, s.countSQL(q))[0])
	if rows.Total != total {
		return fmt.Sprintf("%d rows in all, want %d\n", rows.Total, total)
	}
	return cmp.Diff(want, got) + s.compareCells(t, set, parsed)
}

// compareCells returns how a filter of the cells of a row, which an edit uses, differs from
// that of a set of rows.
func (s *randomSheet) compareCells(t *testing.T, set *RowSet, q Query) string {
	found, err := set.match(q.Filter)
	if err != nil {
		return err.Error()
	}
	m, err := q.Filter.compile(set.columns)
	if err != nil {
		return err.Error()
	}
	for n, row := range s.rows {
		holds, err := m.matchCells(func(column int) any { return row[column] })
		if want := found == nil || slices.Contains(found, n); err != nil || holds != want {
			return fmt.Sprintf("the cells of row %d match: %v, %v, want %v\n", n, holds, err, want)
		}
	}
	return ""
}

// psql is a running client.
type psql struct {
	in  io.Writer
	out *bufio.Scanner
}

// run runs SQL, and returns the lines that it prints.
func (p *psql) run(t *testing.T, sql string) (lines []string) {
	t.Helper()
	if _, err := io.WriteString(p.in, sql+";\n\\echo -- end\n"); err != nil {
		t.Fatal(err)
	}
	for p.out.Scan() && p.out.Text() != "-- end" {
		lines = append(lines, p.out.Text())
	}
	if err := p.out.Err(); err != nil || len(lines) > 0 && strings.HasPrefix(lines[0], "ERROR:") {
		t.Fatalf("%s\n%s %v", sql, lines, err)
	}
	return lines
}

// startPostgres starts a server on a socket in a temporary folder, and a client.
func startPostgres(t *testing.T) *psql {
	t.Helper()
	client, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("there is no psql")
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	initdb, err := exec.LookPath("initdb")
	if err != nil && len(found) == 0 {
		t.Skip("there is no initdb, of PostgreSQL's server")
	} else if err != nil {
		initdb = filepath.Join(slices.Max(found), "initdb")
	}
	folder, err := os.MkdirTemp("/tmp", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	as := serverUser(t, folder)
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(filepath.Dir(initdb), name), args...)
		c.Dir, c.SysProcAttr, c.Stderr = folder, as, os.Stderr
		return c
	}
	data := filepath.Join(folder, "data")
	if err := command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").Run(); err != nil {
		t.Fatal(err)
	}
	server := command("postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal", "-c", "jit=off")
	server.Stderr = nil
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT)
		_ = server.Wait()
	})
	for tries := 0; exec.Command(client, "-X", "-h", folder, "-U", "postgres", "-c", "SELECT 1", "postgres").Run() != nil; tries++ {
		if tries == 100 {
			t.Fatal("the server does not start")
		}
		time.Sleep(100 * time.Millisecond)
	}
	return startClient(t, client, folder)
}

func startClient(t *testing.T, client, folder string) *psql {
	t.Helper()
	c := exec.Command(client, "-X", "-A", "-t", "-q", "-h", folder, "-U", "postgres", "postgres")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = c.Stdout // in their order
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 16<<20)
	return &psql{in, scanner}
}

// serverUser gives the folder to a user that the server may run as, which root may not.
func serverUser(t *testing.T, folder string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skip("PostgreSQL does not run as root, and there is no user nobody")
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	if err := os.Chown(folder, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
