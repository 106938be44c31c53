#!/bin/sh
# A machine's journey through Prom with nothing but curl: it is registered, lists its tasks, answers one with a fever,
# reads back what the patient must be told and the alert that was raised, corrects itself, and is refused where it
# should be. Ends with 1 at the first thing that is not as docs/fhir.md says. It answers a task for real: run it on a
# demonstration only. A fresh demonstration (`prom demo`) has five such tasks.
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
: >"$work/nobody"

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
    printf ',"item":[{"linkId":"red-flags","item":['
    choices yes-no yes temperature-measured | cut -c 2-
    printf ',{"linkId":"temperature","answer":[{"valueDecimal":%s}]}' "$1"
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

QR=/fhir/R4/QuestionnaireResponse

step "The door says what it offers, to everybody"
ask 200 nobody /fhir/R4/metadata
says '"CapabilityStatement"' '"4.0.1"'

step "An operator registers two machines: one that may do what follows, and one that may only read"
register app "system/QuestionnaireResponse.curs,system/Task.rs,system/Questionnaire.rs,prom/alerts.read"
register reader "system/QuestionnaireResponse.rs,system/Task.rs"

step "Without a token, or with one that is none, nothing is told"
echo "Authorization: Bearer nonsense" >"$work/stranger"
for who in nobody stranger; do
    ask 401 "$who" /fhir/R4/Task
    [ -n "$(header WWW-Authenticate)" ] || surprise "401 without WWW-Authenticate"
done

step "What is to be answered: the first task that asks for the symptom check"
ask 200 app "/fhir/R4/Task?status=requested&_count=200"
# Three lines for each task (its id, her id, the form), then the three on one line.
grep -oE '"resourceType":"Task","id":"[^"]*"|"for":\{"reference":"[^"]*"|"valueCanonical":"[^"]*"' "$work/body" \
    | sed 's/.*"\([^"]*\)"$/\1/; s|^Patient/||' | paste -d ' ' - - - >"$work/tasks"
task=$(grep -F " $FORM|1.0.0" "$work/tasks" | head -n 1 | cut -d ' ' -f 1)
patient=$(grep -F " $FORM|1.0.0" "$work/tasks" | head -n 1 | cut -d ' ' -f 2)
[ -n "$task" ] || surprise "no task is open"
ask 200 app "/fhir/R4/Task?patient=$patient&status=requested"
says "Task/$task"

step "The form: it asks everything that this script answers"
ask 200 app "/fhir/R4/Questionnaire?url=$FORM&version=1.0.0"
document "$FEVER" completed "$(identifier "$MADE")" >"$work/fever"
grep -oE '"linkId":"[^"]*"' "$work/fever" | while read -r link_id; do says "$link_id"; done

step "Who has no token, or not the scope, stores nothing"
send 401 nobody POST "$QR" fever
send 403 reader POST "$QR" fever
ask 403 app /metrics
ask 403 app /api/v1/patients

step "Answers at fault are refused, each by its linkId"
# A temperature that nobody has, a code that is not offered, and a question left out.
perhaps='"answer":[{"valueCoding":{"system":"urn:prom:codes:when","code":"perhaps"'
sed -e "s/$FEVER/395/" -e "s/\(\"linkId\":\"shivering\",\)[^}]*/\1$perhaps/" -e 's/{"linkId":"bleeding",[^}]*}}\]},//' \
    "$work/fever" >"$work/faulty"
send 422 app POST "$QR" faulty --header "Accept-Language: en"
says '"OperationOutcome"' "linkId='temperature')" "linkId='shivering')" "linkId='bleeding')"
never_says "linkId='confusion')"
echo 'no JSON {' >"$work/junk"
send 400 app POST "$QR" junk
ask 200 app "/fhir/R4/Task/$task"
says '"status":"requested"'

step "A response with a fever of $FEVER: stored, with what the patient must be told"
send 201 app POST "$QR" fever
id=$(value id)
location=$(header Location)
[ "${location#"$PROM"}" = "$QR/$id/_history/1" ] || surprise "its Location is $location"
[ "$(header ETag)" = 'W/"1"' ] || surprise "its ETag is $(header ETag)"
told() {
    says '"urn:prom:fhir:instruction"' '{"url":"severity","valueCode":"emergency"}' '{"url":"number","valueString":"+47'
    grep -oE '\{"url":"text","valueString":"[^"]*"' "$work/body" | sed 's/.*"\([^"]*\)"$/\1/'
}
told >"$work/instruction"
[ -s "$work/instruction" ] || surprise "nothing that the patient is told"
sed 's/^/    /' "$work/instruction"

step "The same is read back, by its id and by the app's own name for it; a task is done"
ask 200 app "$QR/$id"
says "\"valueDecimal\":$FEVER" "\"reference\":\"Patient/$patient\""
told | cmp -s - "$work/instruction" || surprise "another instruction than at first"
ask 200 app "$QR/_search" --data-urlencode "identifier=https://app.example/reports|$MADE"
says "\"id\":\"$id\""
ask 200 app "/fhir/R4/Task/$task"
says '"status":"completed"' "QuestionnaireResponse/$id"

step "The alert that it raised; only a person may take it"
ask 200 app "/api/v1/alerts?response=$id"
says '"severity":"emergency"' '"state":"open"' '"rule":"fever"' "\"response\":\"$id\"" '"withdrawnAt":null'
alert=$(sed -n 's/.*\],"id":"\([^"]*\)".*/\1/p' "$work/body") # its own id, which comes after those of its evidence
ask 200 app "/api/v1/alerts/$alert"
ask 403 app "/api/v1/alerts/$alert/acknowledge" --request POST --header "If-Match: $(header ETag)"
ask 403 reader "/api/v1/alerts?response=$id"

step "A retry changes nothing: by identifier, and by If-None-Exist"
send 200 app POST "$QR" fever
[ "$(value id)" = "$id" ] || surprise "a retry was stored again"
document "$FEVER" completed >"$work/nameless"
send 200 app POST "$QR" nameless --header "If-None-Exist: identifier=https://app.example/reports|$MADE"
[ "$(value id)" = "$id" ] || surprise "a retry was stored again"

step "A second answer is refused, and so is the same name on other answers"
document "$FEVER" completed "$(identifier "$MADE-second")" >"$work/second"
send 409 app POST "$QR" second
document 38.9 completed "$(identifier "$MADE")" >"$work/other"
send 409 app POST "$QR" other

step "It was 36.8: amended and judged again; the fever is withdrawn, and its open emergency left to a nurse"
document 36.8 amended ",\"id\":\"$id\"" >"$work/amended"
send 412 app PUT "$QR/$id" amended --header 'If-Match: W/"7"'
send 403 reader PUT "$QR/$id" amended
send 404 app PUT "$QR/$task" amended
send 200 app PUT "$QR/$id" amended --header 'If-Match: W/"1"'
says '"status":"amended"' '"versionId":"2"' '"valueDecimal":36.8'
never_says urn:prom:fhir:instruction
send 412 app PUT "$QR/$id" amended --header 'If-Match: W/"1"'
ask 304 app "$QR/$id" --header 'If-None-Match: W/"2"' # never while there is something that she must be told
ask 200 app "$QR/$id/_history/1"
says "\"valueDecimal\":$FEVER"
ask 200 app "/api/v1/alerts/$alert"
says '"state":"open"' '"verb":"evidence-withdrawn"'
never_says '"withdrawnAt":null'

step "What is not there"
ask 404 app "$QR/$task"
ask 404 app /fhir/R4/Observation
ask 405 app "$QR/$id" --request DELETE

step "Revoked, the machine is nobody (a process of the server may know it for a second more)"
"$PROM_COMMAND" client revoke "app $MADE" >/dev/null
sleep 2
ask 401 app "$QR/$id"
send 401 app POST "$QR" fever
ask 200 reader "$QR/$id"
"$PROM_COMMAND" client revoke "reader $MADE" >/dev/null

echo "The whole journey, as it should be."
