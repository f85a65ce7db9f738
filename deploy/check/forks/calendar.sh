# shellcheck shell=bash
# Another API of Google Workspace.
paste "Another Workspace API"
bash deploy/setup_test.sh >/dev/null
