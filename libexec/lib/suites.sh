# shellcheck shell=bash
# Runs executable files one after the other and adds up what their last lines say.

# Name and purpose of each file in a folder: the comment below its first line.
list_scripts() {
    local file
    for file in "$1"/*; do
        [[ ! -f "$file" ]] || printf '%-14s %s\n' "${file##*/}" "$(sed -n '2s/^# //p' "$file")"
    done
}

known_script() { [[ "$2" =~ ^[a-z0-9-]+$ && -f "$1/$2" ]]; }

passed=0 failed=0 skipped=0

# What hangs must not hold up the suites behind it.
limit() { [[ "${OPENPANEL_TEST_ALL:-}" == true ]] && echo 4h || echo 25m; }

# In a group of its own, as "timeout" makes one: an interrupt is passed on.
run_script() {
    local running
    timeout --kill-after=1m "$(limit)" bash "$1" &
    running=$!
    trap 'kill "$running" 2>/dev/null' INT TERM
    wait "$running"
}

# Adds "NAME: N passed, N failed, N skipped — figure".
add_up() {
    local name="$1" line="$2" status="$3"
    if [[ "$line" =~ ^"$name":\ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + BASH_REMATCH[3]))
        ((status == 0 || BASH_REMATCH[2] > 0)) || failed=$((failed + 1))
        return
    fi
    failed=$((failed + 1))
    local end="it ended with $status before it could say more"
    ((status != 124 && status != 137)) || end="it was ended: it took more than $(limit)"
    printf '%s: 0 passed, 1 failed, 0 skipped — %s\n' "$name" "$end"
}

# Without colours.
last_line() { sed 's/\x1b\[[0-9;]*m//g; /^$/d' "$1" | tail -n 1; }

run_and_add() {
    local name="$1" status=0 output
    shift
    output="$(mktemp)"
    "$@" 2>&1 | tee "$output" || status=$?
    add_up "$name" "$(last_line "$output")" "$status"
    rm -f "$output"
}

# run_beside NUMBER FOLDER NAME…: so many suites at once, what each says in one piece when it has ended.
run_beside() {
    local at_once="$1" folder="$2" name ended logs
    local -A running=() begun=()
    shift 2
    logs="$(mktemp -d)"
    trap 'kill -- "${running[@]/#/-}" 2>/dev/null; exit 130' INT TERM
    while (($# > 0 || ${#running[@]} > 0)); do
        while (($# > 0 && ${#running[@]} < at_once)); do
            doing "$1"
            begun[$1]=${EPOCHREALTIME/[.,]/}
            # A group of its own, so that an interrupt ends what the suite started with it.
            setsid timeout --kill-after=1m "$(limit)" bash "$folder/$1" </dev/null >"$logs/$1" 2>&1 &
            running[$1]=$!
            shift
        done
        wait -n || true
        for name in "${!running[@]}"; do
            ! kill -0 "${running[$name]}" 2>/dev/null || continue
            ended=0
            wait "${running[$name]}" || ended=$?
            unset "running[$name]"
            cat "$logs/$name"
            add_up "$name" "$(last_line "$logs/$name")" "$ended"
            note "$name took $(seconds_since "${begun[$name]}")"
        done
    done
    trap - INT TERM
    rm -rf "$logs"
}

# failures_since MARK: each test that failed since, with the beginning of its reason, for the end of a long output.
failures_since() {
    find "$OPENPANEL_ROOT" -path '*/surefire-reports/TEST-*.xml' -newer "$1" -exec awk '
        function value(name) {
            return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
        }
        /<testcase / { test = value("classname") "." value("name") }
        /<(failure|error) / {
            reason = value("message")
            gsub(/(&#10;|&#xa;|[[:space:]])+/, " ", reason)
            printf "failed: %s: %.600s\n", test, reason
        }' {} +
}
