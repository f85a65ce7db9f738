# shellcheck shell=bash
# A module name of the fork's own.
paste "Your own module name"
if git grep -qF example.com/sheets-function; then
  echo "the old name is left in:"
  git grep -lF example.com/sheets-function
  exit 1
fi
