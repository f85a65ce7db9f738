#!/usr/bin/env bash
# Makes what a deployment on Google Cloud stands on: APIs, three accounts with
# the least roles, a repository for images. Runs again without harm, and says
# what it found and what it did.
#   PROJECT=my-project deploy/setup.sh [--placeholder] [--dry-run]
# --dry-run prints the commands instead of running them and needs no gcloud;
# what it prints is itself a script. --placeholder makes the service, too, with
# Google's sample container and callable by the invoker alone, so that the first
# run of cloudbuild.yaml may call its candidate before that takes traffic.
set -euo pipefail

PROJECT=${PROJECT:-}
REGION=${REGION:-us-central1}
SERVICE=${SERVICE:-sheets-function}

usage() {
  sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
  echo "Options: --project=ID --region=REGION --service=NAME, or the variables PROJECT, REGION ($REGION), SERVICE ($SERVICE)."
}

fail() {
  echo "setup.sh: $*" >&2
  exit 2
}

dry=false placeholder=false
for argument in "$@"; do
  case $argument in
    --project=*) PROJECT=${argument#*=} ;;
    --region=*) REGION=${argument#*=} ;;
    --service=*) SERVICE=${argument#*=} ;;
    --placeholder) placeholder=true ;;
    --dry-run) dry=true ;;
    -h | --help) usage && exit ;;
    *) fail "unknown option $argument; --help lists what there is" ;;
  esac
done
[[ -n $PROJECT ]] || fail "PROJECT is not set; for example PROJECT=my-project deploy/setup.sh"
[[ $PROJECT =~ ^[a-z][-a-z0-9]{4,28}[a-z0-9]$ ]] || fail "PROJECT is not the ID of a project: $PROJECT"
[[ $REGION =~ ^[a-z]+(-[a-z]+)+[0-9]+$ ]] || fail "REGION is not a region: $REGION"
# An account's name has 6 to 30 characters, and one of ours ends in -invoker.
[[ $SERVICE =~ ^[a-z][-a-z0-9]{4,20}[a-z0-9]$ ]] || fail "SERVICE is not 6 to 22 lower-case letters, digits and hyphens: $SERVICE"
$dry || command -v gcloud >/dev/null || fail "there is no gcloud; --dry-run needs none"

domain=$PROJECT.iam.gserviceaccount.com
run=$SERVICE@$domain build=$SERVICE-build@$domain invoker=$SERVICE-invoker@$domain
# Output is kept for when a command fails, so a question would never be seen.
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# quoted prints a command as a shell reads it.
quoted() { printf '%q ' "$@" | sed 's/ $//'; }

# attempt runs a command and shows its output if it fails.
attempt() {
  local output
  output=$("$@" 2>&1) || { echo "$output" >&2 && return 1; }
}

# act says what it does and does it, or prints the command.
act() {
  local what=$1
  shift
  if $dry; then
    printf '# %s\n%s\n' "$what" "$(quoted "$@")"
  else
    attempt "$@" && echo "done: $what"
  fi
}

# make is act, but for the command before -- finding the thing there.
make() {
  local what=$1 find=()
  shift
  while [[ $1 != -- ]]; do find+=("$1") && shift; done
  shift
  if $dry; then
    printf '# make %s, unless it is there\n%s >/dev/null 2>&1 ||\n  %s\n' "$what" "$(quoted "${find[@]}")" "$(quoted "$@")"
  elif "${find[@]}" >/dev/null 2>&1; then
    echo "found: $what"
  else
    act "make $what" "$@"
  fi
}

# grant is act for a policy: a new account takes some seconds until policies may
# name it. (SETUP_PAUSE is there for the test.)
grant() {
  local try
  for try in 1 2 3 4 5; do
    if act "$@" --condition=None --project="$PROJECT"; then return; fi
    echo "setup.sh: try $try of 5 failed" >&2
    sleep "${SETUP_PAUSE:-10}"
  done
  return 1
}

enable_apis() {
  act "enable the APIs" gcloud services enable sheets.googleapis.com drive.googleapis.com \
    run.googleapis.com cloudbuild.googleapis.com artifactregistry.googleapis.com \
    containeranalysis.googleapis.com iamcredentials.googleapis.com logging.googleapis.com \
    --project="$PROJECT"
}

make_account() {
  make "account $1@$domain" \
    gcloud iam service-accounts describe "$1@$domain" --project="$PROJECT" -- \
    gcloud iam service-accounts create "$1" --display-name="$2" --project="$PROJECT"
}

make_accounts() {
  # The first needs no role: the spreadsheet is shared with it, and the platform
  # writes its logs.
  make_account "$SERVICE" "runs $SERVICE"
  make_account "$SERVICE-build" "builds and deploys $SERVICE"
  make_account "$SERVICE-invoker" "calls $SERVICE"
}

grant_roles() {
  local role
  # Write images and logs and read the uploaded source; and deploy.
  for role in roles/run.builder roles/run.developer; do
    grant "grant $role on the project to $build" \
      gcloud projects add-iam-policy-binding "$PROJECT" --member="serviceAccount:$build" --role="$role"
  done
  # Deploy as the one, and call the candidate as the other, without a key.
  grant "grant roles/iam.serviceAccountUser on $run to $build" \
    gcloud iam service-accounts add-iam-policy-binding "$run" \
    --member="serviceAccount:$build" --role=roles/iam.serviceAccountUser
  grant "grant roles/iam.serviceAccountOpenIdTokenCreator on $invoker to $build" \
    gcloud iam service-accounts add-iam-policy-binding "$invoker" \
    --member="serviceAccount:$build" --role=roles/iam.serviceAccountOpenIdTokenCreator
}

make_repository() {
  make "repository functions in $REGION" \
    gcloud artifacts repositories describe functions --location="$REGION" --project="$PROJECT" -- \
    gcloud artifacts repositories create functions --repository-format=docker --location="$REGION" \
    --project="$PROJECT"
}

describe_service=(gcloud run services describe "$SERVICE" --region="$REGION" --project="$PROJECT")

make_service() {
  make "service $SERVICE, with Google's sample container" "${describe_service[@]}" -- \
    gcloud run deploy "$SERVICE" --image=us-docker.pkg.dev/cloudrun/container/hello --region="$REGION" \
    --service-account="$run" --no-allow-unauthenticated --max-instances=1 --project="$PROJECT"
}

service_exists() { ! $dry && "${describe_service[@]}" >/dev/null 2>&1; }

let_invoker_call() {
  if ! $placeholder && ! service_exists; then
    echo "# the invoker may call once this runs again after a deployment, or with --placeholder"
    return
  fi
  grant "grant roles/run.invoker on the service to $invoker" \
    gcloud run services add-iam-policy-binding "$SERVICE" --region="$REGION" \
    --member="serviceAccount:$invoker" --role=roles/run.invoker
}

enable_apis
make_accounts
grant_roles
make_repository
if $placeholder; then make_service; fi
let_invoker_call
echo "# share the spreadsheet with this address, as Editor: $run"
