# shellcheck shell=bash
# What the suites share: base images made on the spot, and running JUnit classes with one line at the end.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"

# A static busybox as an image; no registry is asked.
make_base_image() {
    docker image inspect openpanel-test/busybox:1 >/dev/null 2>&1 && return
    local busybox work applet
    busybox="$(command -v busybox)" || {
        echo "busybox-static is missing; ./openpanel test installs it" >&2
        return 1
    }
    work="$(mktemp -d)"
    mkdir -p "$work/bin" "$work/tmp" "$work/etc" "$work/www"
    cp "$busybox" "$work/bin/busybox"
    while IFS= read -r applet; do
        [[ "$applet" == busybox ]] || ln -s busybox "$work/bin/$applet"
    done < <("$busybox" --list)
    tar -C "$work" -c . | docker import - openpanel-test/busybox:1 >/dev/null
    rm -r "$work"
}

# make_runtime_image NAME PROGRAM [FOLDER…]: a program of this machine with its shared libraries; nothing is downloaded.
make_runtime_image() {
    local name="$1" program work library
    program="$(command -v "$2")" || return 0
    docker image inspect "openpanel-test/$name:1" >/dev/null 2>&1 && return
    shift 2
    work="$(mktemp -d)"
    mkdir -p "$work/bin" "$work/tmp" "$work/usr/bin"
    cp "$(command -v busybox)" "$work/bin/busybox"
    ln -s busybox "$work/bin/sh"
    cp -L "$program" "$work/usr/bin/$name"
    while IFS= read -r library; do
        cp -L --parents "$library" "$work"
    done < <(ldd "$program" | grep -o '/[^ ]*')
    (($# == 0)) || tar -P -c "$@" | tar -x -C "$work" --transform 's,^/,,'
    tar -C "$work" -c . | docker import - "openpanel-test/$name:1" >/dev/null
    rm -r "$work"
}

# run_suite NAME CLASS…: the last line is NAME: N passed, N failed, N skipped — figures
run_suite() {
    local name="$1" log reports status=0
    shift
    make_base_image
    rm -rf "$root/itests/target/figure.txt" "$root/itests/target/logs"
    reports="$root/itests/target/reports-$name"
    rm -rf "$reports"
    log="$(mktemp)"
    mvn -q -f "$root/itests/pom.xml" test -DskipTests=false -Dopenpanel.all="${OPENPANEL_TEST_ALL:-false}" \
        -Dsurefire.reportNameSuffix="$name" -Dtest="$(IFS=,; echo "$*")" -Dsurefire.failIfNoSpecifiedTests=true \
        >"$log" 2>&1 || status=$?
    mkdir -p "$reports"
    find "$root/itests/target/surefire-reports" -name "TEST-*$name.xml" -exec mv -t "$reports" {} + 2>/dev/null || true
    ((status == 0)) || grep -vE '^\s+at (org.junit|java.base|jdk)' "$log" | tail -n 120
    ((status == 0)) || show_log_errors
    count_reports "$name" "$reports" "$status"
}

show_log_errors() {
    [[ -d "$root/itests/target/logs" ]] || return 0
    echo "What the panels of this suite logged as errors last (all of it: itests/target/logs):"
    grep -rhE '"level":"(error|ERROR|warning|WARN)"' "$root/itests/target/logs" | tail -n 20 | cut -c1-4000 || true
}

count_reports() {
    local name="$1" reports="$2" status="$3" tests=0 failed=0 skipped=0 file header figure=''
    for file in "$reports"/TEST-*.xml; do
        [[ -e "$file" ]] || continue
        header="$(grep -m1 '<testsuite ' "$file")"
        tests=$((tests + $(attribute tests "$header")))
        failed=$((failed + $(attribute failures "$header") + $(attribute errors "$header")))
        skipped=$((skipped + $(attribute skipped "$header")))
    done
    ((status == 0 || failed > 0)) || failed=1
    [[ -r "$root/itests/target/figure.txt" ]] && figure=" — $(cat "$root/itests/target/figure.txt")"
    echo "$name: $((tests - failed - skipped > 0 ? tests - failed - skipped : 0)) passed, $failed failed, $skipped skipped$figure"
    ((failed == 0))
}

attribute() {
    [[ "$2" =~ [[:space:]]$1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0
}
