# shellcheck shell=sh
# The variables of the commands in README.md and EVENTS.md, for any shell:
#   . deploy/variables.sh
# Write your values between the quotes, or export them before. The lines below
# the first four are made from those.
PROJECT=${PROJECT:-""}
SPREADSHEET_ID=${SPREADSHEET_ID:-""}
REGION=${REGION:-"us-central1"}
SERVICE=${SERVICE:-"sheets-function"}

SCOPES=${SCOPES:-"drive,spreadsheets"}
RUN=$SERVICE@$PROJECT.iam.gserviceaccount.com
BUILD=$SERVICE-build@$PROJECT.iam.gserviceaccount.com
INVOKER=$SERVICE-invoker@$PROJECT.iam.gserviceaccount.com
# Google's name of the Go in go.mod, such as go126.
RUNTIME=go$(sed -n 's/^go \([0-9]*\)\.\([0-9]*\).*/\1\2/p' go.mod)
# gcloud's project, instead of the one in its configuration.
CLOUDSDK_CORE_PROJECT=$PROJECT
export PROJECT SPREADSHEET_ID REGION SERVICE SCOPES RUN BUILD INVOKER RUNTIME CLOUDSDK_CORE_PROJECT

if [ -z "$PROJECT" ] || [ -z "$SPREADSHEET_ID" ]; then
  # An interactive shell goes on with the lines after this one: gcloud refuses
  # this project.
  CLOUDSDK_CORE_PROJECT="PROJECT or SPREADSHEET_ID is not set"
  echo "deploy/variables.sh: set PROJECT and SPREADSHEET_ID: in this file, or by export" >&2
  return 1
fi
echo "project $PROJECT, region $REGION, service $SERVICE, spreadsheet $SPREADSHEET_ID"
