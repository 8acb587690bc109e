#!/usr/bin/env bash
# The same with bash, curl and openssl:
#
#   WINBACK_WEBHOOK_SECRET=whsec_… examples/sales-system/shop.sh
#
# openssl takes the key as an argument, which others on this machine can see while it runs.
set -euo pipefail

url=${WINBACK_URL:-http://127.0.0.1:3000}
secret=${WINBACK_WEBHOOK_SECRET:?set it to the signing secret (whsec_…)}
secret=${secret%% *}
key=$(printf %s "${secret#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
run=$(date +%s)-$$
number=0

# post BODY HEADER…: signed; curl sends again what was not answered, which is harmless.
post() {
  local body=$1 id timestamp signature header headers=()
  shift
  id=msg-$run-$number
  timestamp=$(date +%s)
  signature=$(printf '%s.%s.%s' "$id" "$timestamp" "$body" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
  for header in "$@"; do headers+=(--header "$header"); done
  printf %s "$body" | curl --silent --show-error --fail-with-body --retry 5 --max-time 30 \
    "${headers[@]}" \
    --header "webhook-id: $id" \
    --header "webhook-timestamp: $timestamp" \
    --header "webhook-signature: v1,$signature" \
    --data-binary @- "$url/api/v1/events"
  echo
}

# event TYPE CUSTOMER DATA: in JSON; its ID would come from your own records.
event() {
  printf '{"specversion":"1.0","id":"%s","source":"https://shop.example/curl","type":"%s","time":"%s","subject":"%s","data":%s}' \
    "$run-$number" "$1" "$now" "$2" "$3"
}

next() { number=$((number + 1)); }

# Structured mode: the event is the body.
next
post "$(event customer.updated SH-1001 '{"name":"Erika Mustermann","kind":"consumer","country":"DE"}')" \
  'content-type: application/cloudevents+json'

# Batched mode: up to 1,000 events, all or nothing.
next
first=$(event purchase.recorded SH-1001 '{"orderId":"SH-1","amount":4990,"currency":"EUR"}')
next
second=$(event permission.changed SH-1001 '{"channel":"phone","granted":true,"legalBasis":"consent"}')
post "[$first,$second]" 'content-type: application/cloudevents-batch+json'

# Binary mode: the data is the body, everything else stands in headers, percent-encoded.
next
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
post '{"reason":"better-offer-price"}' 'content-type: application/json' \
  'ce-specversion: 1.0' "ce-id: $run-$number" 'ce-source: https://shop.example/curl' \
  'ce-type: cancellation.received' "ce-time: $now" 'ce-subject: SH-1001'
