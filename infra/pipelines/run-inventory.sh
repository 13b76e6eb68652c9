#!/usr/bin/env bash
# Has the app make an inventory, waits for its end, and keeps the files of the run, the workbook among them.
#
#   run-inventory.sh FOLDER
#
# From the environment:
#   EXPORTER_URL           address of the runs, as the deployment puts it out: https://<app>.azurewebsites.net/api/runs
#   EXPORTER_KEY           a function key; it goes to curl by a pipe, never by a command line
#   EXPORTER_REQUEST       body of the request, e.g. {"only":["vInfo"]}; default {}: the hosts of the app's own list
#   EXPORTER_WAIT_MINUTES  how long to wait for the end; default 240
#   EXPORTER_POLL_SECONDS  between two looks; default 30
#
# Exit codes: 0 the run is complete; 1 it failed, was cancelled, or there is no end to it; 2 wrong usage.
# Needs bash, curl 7.76 and jq 1.6, as the hosted Ubuntu machines of GitHub and Azure DevOps have them.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

wrong_usage() {
  say "$*"
  exit 2
}

[ $# -eq 1 ] || wrong_usage 'usage: run-inventory.sh FOLDER'
folder=$1
for name in EXPORTER_URL EXPORTER_KEY; do
  [ -n "${!name:-}" ] || wrong_usage "$name must be set"
done
for program in curl jq; do
  command -v "$program" >/dev/null || wrong_usage "$program is not installed"
done
url=${EXPORTER_URL%/}
wait_minutes=${EXPORTER_WAIT_MINUTES:-240}
poll_seconds=${EXPORTER_POLL_SECONDS:-30}

# Made here and sent along: the same request sent again, as curl does where an answer is lost, is the same run.
run_id=$(date --utc +%Y%m%dT%H%M%SZ)-pipeline
request=$(jq --compact-output --arg runId "$run_id" '. + {$runId}' <<<"${EXPORTER_REQUEST:-{\}}") ||
  wrong_usage 'EXPORTER_REQUEST must be a JSON object'

# Calls the API. What it answers goes to stdout, of an error too.
call() {
  curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused --connect-timeout 30 \
    --header @<(printf 'x-functions-key: %s\n' "$EXPORTER_KEY") "$@"
}

start() {
  local answer
  answer=$(call --header 'content-type: application/json' --data "$request" "$url") && return 0
  say "The run was not started: $(jq --raw-output '.error | .message, .problems[]?.problem' <<<"$answer" 2>/dev/null || printf '%s' "$answer")"
  return 1
}

# Keeps one file of the run, whole or not at all.
keep() {
  local name=$1 size=$2
  if ! call --output "$folder/$name.part" "$url/$run_id/files/$name" ||
    [ "$(wc -c <"$folder/$name.part")" -ne "$size" ]; then
    rm -f "$folder/$name.part"
    say "$name could not be had as a whole"
    return 1
  fi
  mv "$folder/$name.part" "$folder/$name"
  say "kept $name ($size bytes)"
}

mkdir -p "$folder"
start
say "run $run_id is under way"

ends=$((SECONDS + wait_minutes * 60))
restarts=0
while :; do
  status=$(call "$url/$run_id") || {
    say "The state of run $run_id is not to be had"
    exit 1
  }
  state=$(jq --raw-output .state <<<"$status")
  say "$(jq --raw-output '"\(.state) \(.phase // "") \(.progress.recorded) of \(.progress.hosts) hosts"' <<<"$status")"
  case $state in
    completed | failed | cancelled) break ;;
    # Nobody works on it any more: the same request lets it go on where it was.
    interrupted)
      restarts=$((restarts + 1))
      [ "$restarts" -le 3 ] || break
      start
      ;;
  esac
  [ "$SECONDS" -lt "$ends" ] || {
    say "run $run_id has not ended after $wait_minutes minutes; it goes on in the app"
    exit 1
  }
  sleep "$poll_seconds"
done

# The hosts' own records stay in the storage account.
while IFS=$'\t' read -r name size; do
  keep "$name" "$size"
done < <(jq --raw-output '.files[] | select(.name | test("^[A-Za-z0-9._-]+$")) | [.name, .size] | @tsv' <<<"$status")

jq --raw-output '"run \(.runId): \(.state)", (.counts // {} | to_entries[] | "  \(.key): \(.value)"), (.error // empty)' <<<"$status"
[ "$state" = completed ]
