#!/usr/bin/env bash
# Runs the commands of README.md and EVENTS.md, and those that setup.sh prints, in
# order, in a copy of this folder, as far as they go without an account and a
# cluster: the real gcloud reads each line, with its files, and stops because
# nobody is logged in. kubectl works on files only; the others take notes.
#   deploy/commands_test.sh    # exit 2: there is no gcloud
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
gcloud=$(command -v gcloud) || { echo "gcloud is needed"; exit 2; }
kubectl=$(command -v kubectl || echo false)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/copy"
cp -r deploy service.yaml cloudbuild.yaml func.yaml go.mod "$work/copy"

# None of this machine's logins: no account, no metadata server, no questions.
export CLOUDSDK_CONFIG=$work/config CLOUDSDK_CORE_CHECK_GCE_METADATA=false CLOUDSDK_CORE_DISABLE_PROMPTS=1 \
  CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=true CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=true
unset GOOGLE_APPLICATION_CREDENTIALS CLOUDSDK_AUTH_ACCESS_TOKEN CLOUDSDK_CORE_ACCOUNT

cat >"$work/bin/gcloud" <<GCLOUD
#!/usr/bin/env bash
# Answers what later lines need; anything else goes to the real one.
case "\$*" in
  "auth login"*) exit ;;
  "config get account") echo person@example.com && exit ;;
esac
if grep -qxF -- "\$*" "$work/read"; then echo value && exit; fi
output=\$("$gcloud" "\$@" 2>&1) && status=0 || status=\$?
if ((status != 0)) && [[ \$output != *"active account"* ]]; then
  printf 'gcloud %s\n%s\n\n' "\$*" "\$output" >>"$work/refused"
elif ((status != 0)); then
  echo "\$*" >>"$work/read"
  output=value
fi
printf '%s\n' "\$output"
GCLOUD
cat >"$work/bin/kubectl" <<KUBECTL
#!/usr/bin/env bash
case "\$*" in
  *--local*) exec "$kubectl" "\$@" ;;
  "apply -f -") grep -q '^kind: ' || echo "kubectl apply -f - got no manifest" >>"$work/refused" ;;
  "apply -f http"*) ;;
  "apply -f "*) test -s "\${*: -1}" || echo "kubectl \$*: no such file" >>"$work/refused" ;;
  *openid-configuration) echo '{"issuer": "https://issuer.example.com"}' ;;
  *jwks) echo '{"keys": []}' ;;
esac
KUBECTL
for tool in curl func go kn pack; do printf '#!/bin/sh\n' >"$work/bin/$tool"; done
chmod +x "$work/bin/"*

# What each page shows as a command, and what a person would have typed.
{
  echo 'set -eu; TOKEN=token'
  for page in deploy/README.md deploy/EVENTS.md; do
    awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page"
  done | sed 's|^\(deploy/setup.sh.*\)|\1 --dry-run > commands \&\& . ./commands|; s|^go run .*|: \\|'
} >"$work/script"
bash -n "$work/script"
if command -v shellcheck >/dev/null; then
  shellcheck --shell=bash --exclude=SC1091,SC2034,SC2153 "$work/script"
fi
touch "$work/refused" "$work/read"
(cd "$work/copy" && PATH="$work/bin:$PATH" bash "$work/script" >"$work/output" 2>&1) || {
  tail -5 "$work/output"
  exit 1
}
if [[ -s "$work/refused" ]]; then
  cat "$work/refused"
  exit 1
fi
echo "gcloud $("$gcloud" version --format='value("Google Cloud SDK")') read $(sort -u "$work/read" | wc -l) commands"
