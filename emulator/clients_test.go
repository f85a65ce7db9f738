package emulator_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/sheets-function/emulator"
)

// program is a client of Google's APIs in another language.
type program struct {
	name string // as it is started
	args []string
	env  []string
	want string // in its output
}

// TestClients runs clients that are installed, unchanged: all their requests go
// through a proxy to the emulator, whose certificate they are given. See
// clients/README.md.
func TestClients(t *testing.T) {
	google := emulator.New(emulator.Options{})
	id := google.Create(emulator.Spreadsheet{Title: "Demo", Sheets: []emulator.Sheet{
		{Title: "Orders", Values: [][]any{{"id", "qty"}, {"A-1", 3}}},
	}})
	google.Create(emulator.Spreadsheet{Title: "Listed", Sheets: []emulator.Sheet{{Title: "S", Values: [][]any{{"a", 1}}}}})
	server := httptest.NewUnstartedServer(google)
	certificate := newCertificate(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	defer server.Close()
	proxy := httptest.NewServer(tunnel(server.Listener.Addr().String()))
	defer proxy.Close()
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	authority := write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}))
	key := write("key.json", google.KeyFile(google.ServiceAccount()))
	documents, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Skipf("go list: %v: no discovery documents", err)
	}
	rclone := []string{"--config", filepath.Join(dir, "none"), "--ca-cert", authority, "--drive-service-account-file", key, "--drive-shared-with-me", "--drive-export-formats", "csv", "--low-level-retries", "1", "--retries", "1"}
	programs := []program{
		{"python3", []string{filepath.Join("clients", "googleapi.py")}, []string{
			"SPREADSHEET_ID=" + id, "KEY_FILE=" + key, "DOCUMENTS=" + strings.TrimSpace(string(documents)), "HTTPLIB2_CA_CERTS=" + authority,
		}, "not emulated"},
		{"rclone", append([]string{"lsf", ":drive:"}, rclone...), nil, "Listed.csv"},
		{"rclone", append([]string{"cat", ":drive:Listed.csv"}, rclone...), nil, "a,1"},
	}
	if _, err := exec.Command("/usr/bin/python3", "-c", "import googleapiclient, google.oauth2").Output(); err == nil {
		programs[0].name = "/usr/bin/python3" // Debian's, whatever else is installed
	} else {
		t.Logf("python3-googleapi is not installed: skipped")
		programs = programs[1:]
	}
	for _, p := range programs {
		t.Run(filepath.Base(p.name)+" "+p.args[0], func(t *testing.T) {
			path, err := exec.LookPath(p.name)
			if err != nil {
				t.Skipf("%s is not installed", p.name)
			}
			cmd := exec.CommandContext(t.Context(), path, p.args...)
			cmd.Env = append(append(os.Environ(), "HTTPS_PROXY="+proxy.URL, "https_proxy="+proxy.URL), p.env...)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); err != nil || !strings.Contains(out.String(), p.want) {
				t.Errorf("%s: %v\n%s", cmd, err, out.String())
			}
		})
	}
}

// newCertificate returns a certificate for the hosts of Google's APIs, signed by
// its own key.
func newCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"*.googleapis.com", "docs.google.com", "accounts.google.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// tunnel is a proxy that connects every host to one address.
func tunnel(address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
			return
		}
		to, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			to.Close()
			return
		}
		io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			io.Copy(to, client)
			to.Close()
		}()
		io.Copy(client, to)
		client.Close()
	})
}
