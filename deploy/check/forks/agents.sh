# shellcheck shell=bash
# The API without the tools for agents: the folder, its tests, its import and route, its
# lines in the API's document, its clients, and the modules that it links.
git rm -rq mcp test/mcp_test.go
perl -ni -e 'print unless /\/mcp"/' function.go
perl -0pi -e 's/^(  +)(\/mcp|RPCMessage):\n.*?(?=^\1\S)//msg' openapi.yaml
perl -pi -e 's/, \/mcp\/clients//' .github/dependabot.yml
perl -ni -e 'print unless m{jsonschema-go|modelcontextprotocol|segmentio|uritemplate/v3}' deploy/licences.csv
go mod tidy
if grep -rniE '\bmcp\b' function.go openapi.yaml go.mod; then
  echo "something of the tools is left"
  exit 1
fi
