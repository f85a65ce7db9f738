# shellcheck shell=bash
# The folder auth in a module that was there before.
clone=$PWD
mkdir ../your-module
(
  cd ../your-module || exit
  go mod init example.org/existing 2>/dev/null
  cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"example.org/existing/auth"
)

func main() {
	scopes, err := auth.ParseScopes("drive,spreadsheets")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if _, err := auth.NewTransport(auth.Config{Scopes: scopes}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
GO
)
paste "Only the tokens"
cd ../your-module || exit
# Package web stands alone as well.
cp -r "$clone/web" .
go mod tidy
