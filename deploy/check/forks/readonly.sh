# shellcheck shell=bash
# An API that writes nothing.
paste "Read only"
if grep -nE '"(POST|PUT|PATCH|DELETE)\b' function.go; then
  echo "function.go still has routes that write"
  exit 1
fi
