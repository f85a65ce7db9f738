#!/usr/bin/env bash
# Runs setup.sh beside a gcloud that only notes what it is asked, in projects
# that are empty, half made and complete.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin" "$dir/without"
# What exists is one line each in the file things. REFUSE is a pattern of calls
# that fail as often as the file refusals has bytes.
cat >"$dir/bin/gcloud" <<'GCLOUD'
#!/usr/bin/env bash
{ printf '%q ' "$@" && echo; } >>"$CALLS"
if [[ -n "${REFUSE:-}" && "$*" =~ $REFUSE && -s "$CALLS.refusals" ]]; then
  truncate --size=-1 "$CALLS.refusals"
  echo "refused on purpose" >&2
  exit 1
fi
thing() { echo "$1 $2 $4" | sed 's/@.*//'; }
case "$*" in
  "run deploy "*) thing run services describe "$3" >>"$CALLS.things" ;;
  *" create "*) thing "$@" >>"$CALLS.things" ;;
  *" delete "*)
    grep -vx "$(thing "$@")" "$CALLS.things" >"$CALLS.left" || true
    mv "$CALLS.left" "$CALLS.things"
    ;;
  "artifacts docker images list "*) echo "${IMAGES:-}" ;;
  *" describe "*) grep -qx "$(thing "$@")" "$CALLS.things" ;;
esac
GCLOUD
chmod +x "$dir/bin/gcloud"
for tool in bash sed; do ln -s "$(command -v "$tool")" "$dir/without/$tool"; done
export CALLS=$dir/calls SETUP_PAUSE=0
failures=0

# empty_project forgets all calls and things.
empty_project() { : >"$CALLS" && : >"$CALLS.things" && : >"$CALLS.refusals"; }

# run runs setup.sh beside that gcloud and keeps output and status.
run() {
  status=0
  output=$(PATH="$dir/bin:$PATH" PROJECT=my-project ./setup.sh "$@" 2>&1) || status=$?
}

expect() {
  local what=$1
  shift
  if "$@"; then return; fi
  echo "FAIL: $what"
  printf '%s\n-- calls\n%s\n' "$output" "$(cat "$CALLS")"
  failures=$((failures + 1))
}

calls() { [[ $(grep -cE -- "$2" "$CALLS") == "$1" ]]; }
says() { grep -qE -- "$1" <<<"$output"; }

empty_project
run
expect "an empty project: succeeds" test "$status" = 0
expect "an empty project: three accounts" calls 3 '^iam service-accounts create '
expect "an empty project: one repository" calls 1 '^artifacts repositories create '
expect "an empty project: no service is made" calls 0 '^run deploy '
expect "an empty project: nobody may call yet" calls 0 'run.invoker'
expect "an empty project: says whom to share with" says 'Editor: sheets-function@my-project.iam.gserviceaccount.com$'
expect "least roles: the run account gets none" calls 0 '--member=serviceAccount:sheets-function@'
expect "least roles: the build account gets these on the project" calls 2 '^projects add-iam-policy-binding .*--role=roles/run\.(builder|developer) '
expect "least roles: and no other" calls 2 '^projects add-iam-policy-binding '
expect "least roles: no key is made" calls 0 'keys create'

: >"$CALLS"
run
expect "a second run: succeeds" test "$status" = 0
expect "a second run: makes nothing" calls 0 ' create |^run deploy '
expect "a second run: says what it found" says '^found: account sheets-function-build@'

echo "iam service-accounts sheets-function-invoker" >"$CALLS.things"
run --service=sheets-function
expect "half made: makes what is missing, and no more" says '^done: make account sheets-function@'
expect "half made: keeps what is there" says '^found: account sheets-function-invoker@'

empty_project
run --placeholder
expect "placeholder: the service is closed" calls 1 '^run deploy sheets-function .*--no-allow-unauthenticated'
expect "placeholder: the invoker may call" calls 1 '^run services add-iam-policy-binding .*serviceAccount:sheets-function-invoker@.*roles/run.invoker'
: >"$CALLS"
run --placeholder
expect "placeholder: a service that is there stays as it is" calls 0 '^run deploy '

empty_project
printf '12' >"$CALLS.refusals"
REFUSE='serviceAccountUser' run
expect "a policy that is refused twice is tried again" test "$status" = 0
expect "a policy that is refused twice is tried three times" calls 3 'serviceAccountUser'
printf '1234567' >"$CALLS.refusals"
REFUSE='serviceAccountUser' run
expect "a policy that stays refused ends it" test "$status" = 1
expect "a policy that stays refused is shown" says '^refused on purpose$'
empty_project
printf '1' >"$CALLS.refusals"
REFUSE='repositories create' run
expect "a command that fails ends it" test "$status" = 1

empty_project
run --dry-run --placeholder
script=$output
expect "dry run: calls nothing" calls 0 .
PATH="$dir/bin:$PATH" bash -euo pipefail <<<"$script"
cp "$CALLS" "$dir/printed"
empty_project
run --placeholder
expect "dry run: what it prints does what a run does" diff "$dir/printed" "$CALLS"
cp "$CALLS.things" "$dir/things"
run --dry-run --remove
script=$output
: >"$CALLS"
PATH="$dir/bin:$PATH" bash -euo pipefail <<<"$script"
cp "$CALLS" "$dir/printed"
: >"$CALLS"
cp "$dir/things" "$CALLS.things"
run --remove
expect "dry run: what it prints removes what a run removes" diff "$dir/printed" "$CALLS"
output=$(PATH="$dir/without" PROJECT=my-project ./setup.sh --dry-run 2>&1) && status=0 || status=$?
expect "dry run: needs no gcloud" test "$status" = 0
output=$(PATH="$dir/without" PROJECT=my-project ./setup.sh 2>&1) && status=0 || status=$?
expect "without gcloud: says so" says 'there is no gcloud'

empty_project
run --for=source
expect "for source: the build account builds, and no more" calls 1 '^projects add-iam-policy-binding .*--role=roles/run.builder '
expect "for source: the build account acts as nobody" calls 0 'serviceAccountUser|OpenIdTokenCreator|run.developer'
run --for=function
expect "for a function: its API" calls 1 '^services enable .*cloudfunctions.googleapis.com'
run --for=gke
expect "for GKE: its API" calls 1 '^services enable .*container.googleapis.com'
expect "for GKE: an account for the nodes" calls 1 '^iam service-accounts create sheets-function-nodes '
expect "for GKE: the nodes pull images" calls 1 '^artifacts repositories add-iam-policy-binding functions .*serviceAccount:sheets-function-nodes@.*artifactregistry.reader'

empty_project
run --for=source --deployer=user:me@example.com
expect "a deployer: acts as the run and the build account" calls 2 '^iam service-accounts add-iam-policy-binding sheets-function(-build)?@.*--member=user:me@example.com --role=roles/iam.serviceAccountUser'
expect "a deployer: fetches ID tokens of the invoker" calls 1 '^iam service-accounts add-iam-policy-binding sheets-function-invoker@.*--member=user:me@example.com --role=roles/iam.serviceAccountOpenIdTokenCreator'
expect "a deployer: no access tokens of anybody" calls 0 'serviceAccountTokenCreator'
expect "a deployer: administers nothing" calls 0 'user:me@example.com .*roles/[^ ]*([aA]dmin|owner|editor)'

empty_project
run --for=gke --placeholder
: >"$CALLS"
run --remove --deployer=user:me@example.com
expect "remove: succeeds" test "$status" = 0
expect "remove: leaves nothing" test ! -s "$CALLS.things"
expect "remove: takes the roles on the project" calls 6 '^projects remove-iam-policy-binding '
expect "remove: roles before the accounts that they name" \
  test "$(grep -n '^projects remove' "$CALLS" | tail -1 | cut -d: -f1)" -lt "$(grep -n '^iam service-accounts delete' "$CALLS" | head -1 | cut -d: -f1)"
: >"$CALLS"
run --remove
expect "remove again: succeeds" test "$status" = 0
expect "remove again: deletes nothing" calls 0 '^[a-z -]* delete .*(service|account)'
empty_project
run
IMAGES=another run --remove
expect "remove: keeps a repository with images of others" grep -q 'artifacts repositories' "$CALLS.things"

empty_project
for refused in --for=moon --deployer=me@example.com --project= --project=Upper --region=moon --service=x --service=a-name-of-23-characters --unknown; do
  run "$refused"
  expect "$refused: is refused" test "$status" = 2
done
expect "what is refused calls nothing" calls 0 .

((failures == 0)) || exit 1
echo "setup.sh: all checks passed"
