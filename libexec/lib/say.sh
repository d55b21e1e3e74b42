# shellcheck shell=bash
# Calm lines for people. Progress goes to standard error so that a command's result can be piped.

done_step() { printf '✓ %s\n' "$*" >&2; }

doing() { printf '· %s\n' "$*" >&2; }

note() { printf '  %s\n' "$*" >&2; }

fail() {
    printf '✗ %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do
        note "$line"
    done
    exit 1
}

bad_usage() {
    printf '✗ %s\n' "$*" >&2
    exit 2
}

seconds_since() {
    local now=${EPOCHREALTIME/[.,]/}
    local took=$(((now - $1) / 100000))
    printf '%d.%d s' $((took / 10)) $((took % 10))
}

# A text as the inside of a JSON string.
json_text() {
    local text="$1"
    text="${text//\\/\\\\}"
    text="${text//\"/\\\"}"
    text="${text//$'\n'/\\n}"
    text="${text//$'\t'/\\t}"
    printf '%s' "${text//[[:cntrl:]]/}"
}
