#!/bin/sh
# A machine's journey through Prom with nothing but curl: it is registered, lists its tasks, answers one with a fever,
# reads back what the patient must be told and the alert that was raised, corrects itself, and is refused where it should
# be. Ends with 1 at the first thing that is not as docs/fhir.md says. It answers a task for real: for a demonstration only.
#
#   PROM           where Prom answers; http://localhost:$PORT (8000) unless given
#   PROM_COMMAND   the `prom` command, which needs the same settings as the server that runs (PROM_HOME and so on)
set -eu

PROM=${PROM:-http://localhost:${PORT:-8000}}
PROM_COMMAND=${PROM_COMMAND:-prom}
FORM=urn:prom:questionnaire:symptom-check
FEVER=39.5
MADE=$(date +%s)-$$

umask 077 # tokens lie here
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { echo "- $*"; }
surprise() {
    echo "SURPRISE: $*" >&2
    [ ! -s "$work/body" ] || head -c 2000 "$work/body" >&2
    exit 1
}

# ask STATUS CLIENT PATH [MORE FOR CURL]: ask as a client ("nobody" has no token) and insist on the status.
# The head of the answer is then in $work/head, its body in $work/body.
ask() {
    wanted=$1 client=$2 path=$3
    shift 3
    : >"$work/body"
    status=$(curl --silent --show-error --max-time 30 --output "$work/body" --dump-header "$work/head" \
        --write-out '%{http_code}' --header "@$work/$client" "$@" "$PROM$path") || surprise "$path: no answer"
    [ "$status" = "$wanted" ] || surprise "$path: $status, not $wanted"
}
# What the last answer has to say: fixed words in its body; a header's value; whatever stands after a name in the body.
says() { for words; do grep -qF -e "$words" "$work/body" || surprise "the answer does not say $words"; done; }
never_says() { ! grep -qF -e "$1" "$work/body" || surprise "the answer says $1"; }
header() { tr -d '\r' <"$work/head" | sed -n "s/^$1: //Ip"; }
value() { grep -oE "\"$1\": ?\"[^\"]*\"" "$work/body" | head -n 1 | sed 's/.*"\([^"]*\)"$/\1/'; }

# register NAME SCOPES: the token is told this once; it goes into a file and never onto a command line.
register() {
    token=$("$PROM_COMMAND" client add "$1 $MADE" --days 1 --scope "$2" 2>"$work/error") \
        || surprise "prom client add: $(cat "$work/error")"
    printf 'Authorization: Bearer %s\n' "$token" >"$work/$1"
}

# choices SYSTEM CODE LINKID...: the same choice for several questions.
choices() {
    system=$1 code=$2
    shift 2
    for link_id; do
        printf ',{"linkId":"%s","answer":[{"valueCoding":{"system":"urn:prom:codes:%s","code":"%s"}}]}' \
            "$link_id" "$system" "$code"
    done
}
# document TEMPERATURE STATUS [MORE OF ITS HEAD]: a response to $task as docs/fhir.md shows it. Everything but the
# temperature is well, and only what is asked of everybody is answered.
document() {
    printf '{"resourceType":"QuestionnaireResponse","status":"%s","language":"en"' "$2"
    printf ',"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/event-basedOn"'
    printf ',"valueReference":{"reference":"Task/%s"}}]' "$task"
    printf ',"questionnaire":"%s|1.0.0","subject":{"reference":"Patient/%s"}%s' "$FORM" "$patient" "${3-}"
    printf ',"item":[{"linkId":"red-flags","item":[{"linkId":"temperature","answer":[{"valueDecimal":%s}]}' "$1"
    choices yes-no yes temperature-measured
    choices when no shivering chest-pain breathless-at-rest bleeding confusion leg-weakness fluids
    printf ']},{"linkId":"symptoms","item":['
    {
        choices frequency 0 nausea-frequency pain-frequency low-mood-frequency worry-frequency
        choices times-vomited 0 vomiting-frequency
        choices times-loose 0 diarrhoea-frequency
        choices severity 0 appetite-severity constipation-severity mouth-sores-severity breathlessness-severity \
            cough-severity fatigue-severity numbness-severity skin-rash-severity hands-feet-severity sleep-severity \
            dizziness-severity
    } | cut -c 2-
    printf ']},{"linkId":"closing","item":['
    choices contact no contact | cut -c 2-
    printf ']}]}'
}
identifier() { printf ',"identifier":{"system":"https://app.example/reports","value":"%s"}' "$1"; }

# send STATUS CLIENT METHOD PATH FILE [MORE FOR CURL]: send a document.
send() {
    code=$1 who=$2 method=$3 where=$4 file=$5
    shift 5
    ask "$code" "$who" "$where" --request "$method" --header "Content-Type: application/fhir+json" \
        --data-binary "@$work/$file" "$@"
}

step "The door says what it offers, to everybody"
ask 200 /dev/null /fhir/R4/metadata
