#!/usr/bin/env bash
# Makes what a deployment on Google Cloud needs: APIs, three accounts with the
# least roles, a repository for images. Runs again without harm, and prints what
# it found and what it did.
#   PROJECT=my-project deploy/setup.sh [--for=PATH] [--deployer=MEMBER] [--placeholder] [--remove] [--dry-run]
# --for is what is deployed: pipeline (the default), source, function, image or
# gke. --deployer, such as user:me@example.com, gets the roles that deploying by
# that path and calling the service need; Owner has all of them but one.
# --placeholder makes the service, too, with Google's sample container and
# callable by the invoker alone, so that the first run of cloudbuild.yaml may call
# its candidate before that takes traffic. --remove deletes all that this made, and
# the service, and takes the roles on the project from --deployer. --dry-run prints
# the commands instead of running them and needs no gcloud; what it prints is
# itself a script.
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

dry=false placeholder=false remove=false for=pipeline deployer=
for argument in "$@"; do
  case $argument in
    --project=*) PROJECT=${argument#*=} ;;
    --region=*) REGION=${argument#*=} ;;
    --service=*) SERVICE=${argument#*=} ;;
    --for=*) for=${argument#*=} ;;
    --deployer=*) deployer=${argument#*=} ;;
    --placeholder) placeholder=true ;;
    --remove) remove=true ;;
    --dry-run) dry=true ;;
    -h | --help) usage && exit ;;
    *) fail "unknown option $argument; --help lists the options" ;;
  esac
done
[[ -n $PROJECT ]] || fail "PROJECT is not set; for example PROJECT=my-project deploy/setup.sh"
[[ $PROJECT =~ ^[a-z][-a-z0-9]{4,28}[a-z0-9]$ ]] || fail "PROJECT is not the ID of a project: $PROJECT"
[[ $REGION =~ ^[a-z]+(-[a-z]+)+[0-9]+$ ]] || fail "REGION is not a region: $REGION"
# An account's name has 6 to 30 characters, and one of ours ends in -invoker.
[[ $SERVICE =~ ^[a-z][-a-z0-9]{4,20}[a-z0-9]$ ]] || fail "SERVICE is not 6 to 22 lower-case letters, digits and hyphens: $SERVICE"
[[ $for =~ ^(pipeline|source|function|image|gke)$ ]] || fail "--for is not pipeline, source, function, image or gke: $for"
[[ -z $deployer || $deployer =~ ^(user|group|serviceAccount):[^@]+@[^@]+$ ]] || fail "--deployer is not user:, group: or serviceAccount: and an address: $deployer"
$dry || command -v gcloud >/dev/null || fail "there is no gcloud; --dry-run needs none"

domain=$PROJECT.iam.gserviceaccount.com
run=$SERVICE@$domain build=$SERVICE-build@$domain invoker=$SERVICE-invoker@$domain nodes=$SERVICE-nodes@$domain
# Output is kept for when a command fails, so a question would never be seen.
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# quoted prints a command as a shell reads it.
quoted() { printf '%q ' "$@" | sed 's/ $//'; }

# attempt runs a command and shows its output if it fails.
attempt() {
  local output
  output=$("$@" 2>&1) || { echo "$output" >&2 && return 1; }
}

# act prints what it does and does it, or prints the command.
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

# drop is act for a command that deletes, if the command before -- finds anything.
drop() {
  local what=$1 find=()
  shift
  while [[ $1 != -- ]]; do find+=("$1") && shift; done
  shift
  if $dry; then
    printf '# %s, if it is there\nif %s >/dev/null 2>&1; then\n  %s\nfi\n' "$what" "$(quoted "${find[@]}")" "$(quoted "$@")"
  elif "${find[@]}" >/dev/null 2>&1; then
    act "$what" "$@"
  else
    echo "not there: ${what#delete }"
  fi
}

# grant is act for a policy: a new account takes some seconds until policies may
# name it. (SETUP_PAUSE is there for the test.)
grant() {
  local try
  for try in 1 2 3 4 5; do
    if act "$@" --project="$PROJECT"; then return; fi
    echo "setup.sh: try $try of 5 failed" >&2
    sleep "${SETUP_PAUSE:-10}"
  done
  return 1
}

# grant_on_project, grant_on_account: member or account, member, role.
grant_on_project() {
  grant "grant $2 on the project to $1" \
    gcloud projects add-iam-policy-binding "$PROJECT" --member="$1" --role="$2" --condition=None
}
grant_on_account() {
  grant "grant $3 on $1 to $2" \
    gcloud iam service-accounts add-iam-policy-binding "$1" --member="$2" --role="$3" --condition=None
}
grant_on_repository() {
  grant "grant $2 on the repository functions to $1" \
    gcloud artifacts repositories add-iam-policy-binding functions --location="$REGION" --member="$1" --role="$2"
}

enable_apis() {
  local more=()
  case $for in
    function) more=(cloudfunctions.googleapis.com) ;;
    gke) more=(container.googleapis.com) ;;
  esac
  act "enable the APIs" gcloud services enable sheets.googleapis.com drive.googleapis.com \
    run.googleapis.com cloudbuild.googleapis.com artifactregistry.googleapis.com \
    containeranalysis.googleapis.com iam.googleapis.com iamcredentials.googleapis.com \
    logging.googleapis.com cloudresourcemanager.googleapis.com ${more[@]+"${more[@]}"} --project="$PROJECT"
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
  if [[ $for == gke ]]; then make_account "$SERVICE-nodes" "nodes of $SERVICE's cluster"; fi
}

grant_roles() {
  # Write images and logs and read the uploaded source.
  grant_on_project "serviceAccount:$build" roles/run.builder
  if [[ $for == pipeline ]]; then
    # Deploy as one account, and call the candidate as another, without a key.
    grant_on_project "serviceAccount:$build" roles/run.developer
    grant_on_account "$run" "serviceAccount:$build" roles/iam.serviceAccountUser
    grant_on_account "$invoker" "serviceAccount:$build" roles/iam.serviceAccountOpenIdTokenCreator
  fi
  if [[ $for == gke ]]; then
    grant_on_project "serviceAccount:$nodes" roles/container.defaultNodeServiceAccount
    grant_on_repository "serviceAccount:$nodes" roles/artifactregistry.reader
  fi
}

# What docs.cloud.google.com/run/docs/deploying-source-code requires for deploying,
# and to fetch an ID token of the invoker, which not even an owner may.
deployer_roles() {
  local roles=(roles/run.sourceDeveloper roles/serviceusage.serviceUsageConsumer)
  if [[ $for == function ]]; then roles+=(roles/cloudfunctions.developer); fi
  echo "${roles[@]}"
}

grant_deployer() {
  local role
  for role in $(deployer_roles); do grant_on_project "$deployer" "$role"; done
  grant_on_account "$run" "$deployer" roles/iam.serviceAccountUser
  grant_on_account "$build" "$deployer" roles/iam.serviceAccountUser
  grant_on_account "$invoker" "$deployer" roles/iam.serviceAccountOpenIdTokenCreator
  grant_on_repository "$deployer" roles/artifactregistry.reader
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
    echo "# not granted: roles/run.invoker on the service to $invoker, because there is no service yet. After deploying follow README.md's section 4, or run this again; --placeholder makes the service first"
    return
  fi
  grant "grant roles/run.invoker on the service to $invoker" \
    gcloud run services add-iam-policy-binding "$SERVICE" --region="$REGION" \
    --member="serviceAccount:$invoker" --role=roles/run.invoker --condition=None
}

# revoke is act for a role on the project that may not be granted.
revoke() {
  local command=(gcloud projects remove-iam-policy-binding "$PROJECT" --member="$1" --role="$2" --condition=None)
  if $dry; then
    printf '# take %s on the project from %s, if granted\n%s || true\n' "$2" "$1" "$(quoted "${command[@]}")"
  elif "${command[@]}" >/dev/null 2>&1; then
    echo "done: take $2 on the project from $1"
  else
    echo "not granted: $2 on the project to $1"
  fi
}

remove_roles() {
  local role
  for role in roles/run.builder roles/run.developer; do revoke "serviceAccount:$build" "$role"; done
  revoke "serviceAccount:$nodes" roles/container.defaultNodeServiceAccount
  [[ -n $deployer ]] || return 0
  for role in $(for=function deployer_roles); do revoke "$deployer" "$role"; done
}

# remove_repository deletes the repository if no image is left in it.
remove_repository() {
  local list=(gcloud artifacts docker images list "$REGION-docker.pkg.dev/$PROJECT/functions" --limit=1 '--format=value(package)' --project="$PROJECT")
  local delete=(gcloud artifacts repositories delete functions --location="$REGION" --project="$PROJECT")
  local left
  if $dry; then
    # shellcheck disable=SC2016 # the dollars are for the shell that runs it
    printf '# delete repository functions, if no image is left in it
if left=$(%s 2>/dev/null) && [ -z "$left" ]; then
  %s
fi
' \
      "$(quoted "${list[@]}")" "$(quoted "${delete[@]}")"
  elif ! left=$("${list[@]}" 2>/dev/null); then
    echo "not there: repository functions"
  elif [[ -n $left ]]; then
    echo "kept: repository functions, which holds images of other services"
  else
    act "delete repository functions" "${delete[@]}"
  fi
}

remove_all() {
  local account image=$REGION-docker.pkg.dev/$PROJECT/functions/$SERVICE
  # A function first: it is a service, too.
  drop "delete function $SERVICE" \
    gcloud functions describe "$SERVICE" --gen2 --region="$REGION" --project="$PROJECT" -- \
    gcloud functions delete "$SERVICE" --gen2 --region="$REGION" --project="$PROJECT"
  drop "delete service $SERVICE" "${describe_service[@]}" -- \
    gcloud run services delete "$SERVICE" --region="$REGION" --project="$PROJECT"
  drop "delete image $image" \
    gcloud artifacts docker images describe "$image" --project="$PROJECT" -- \
    gcloud artifacts docker images delete "$image" --delete-tags --project="$PROJECT"
  remove_repository
  # Roles before their accounts: what names an account that is gone stays in the
  # policy.
  remove_roles
  for account in "$run" "$build" "$invoker" "$nodes"; do
    drop "delete account $account" \
      gcloud iam service-accounts describe "$account" --project="$PROJECT" -- \
      gcloud iam service-accounts delete "$account" --project="$PROJECT"
  done
  echo "# left: the APIs, and uploaded sources, which README.md's section on removing lists"
}

if $remove; then
  remove_all
  exit
fi
enable_apis
make_accounts
make_repository
grant_roles
if [[ -n $deployer ]]; then grant_deployer; fi
if $placeholder; then make_service; fi
let_invoker_call
echo "# share the spreadsheet with this address, as Editor: $run"
