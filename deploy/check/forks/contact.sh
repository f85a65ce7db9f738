# shellcheck shell=bash
# One route, POST /contact, that appends a row.
paste "One route of your own"
