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

# Compiles the tests when they are newer than what was compiled; suites that begin together wait for the one that does.
compile_tests() {
    local made="$root/itests/target/compiled"
    mkdir -p "$root/itests/target"
    {
        flock 9
        if [[ ! -e "$made" || -n "$(find "$root/itests/src" "$root/itests/pom.xml" "$root/target/build-began" -newer "$made" -print -quit)" ]]; then
            touch "$made.begun"
            mvn -q -f "$root/itests/pom.xml" test-compile || return
            mv "$made.begun" "$made"
        fi
        make_base_image
    } 9>"$made.lock"
}

# run_suite NAME CLASS…: the last line is NAME: N passed, N failed, N skipped — figures
run_suite() {
    local name="$1" out log status=0
    shift
    compile_tests
    out="$root/itests/target/suites/$name"
    rm -rf "$out"
    mkdir -p "$out"
    log="$out/log.txt"
    mvn -q -f "$root/itests/pom.xml" surefire:test -DskipTests=false -Dopenpanel.out="$out" \
        -Dopenpanel.all="${OPENPANEL_TEST_ALL:-false}" -Dtest="$(IFS=,; echo "$*")" \
        -DtempDir="surefire-$name" -Dsurefire.failIfNoSpecifiedTests=true >"$log" 2>&1 || status=$?
    ((status == 0)) || grep -vE '^\s+at (org.junit|java.base|jdk)' "$log" | tail -n 120
    ((status == 0)) || show_log_errors "$out/logs"
    count_reports "$name" "$out" "$status"
}

show_log_errors() {
    [[ -d "$1" ]] || return 0
    echo "What the panels of this suite logged as errors last (all of it: ${1#"$root/"}):"
    grep -rhE '"level":"(error|ERROR|warning|WARN)"' "$1" | tail -n 20 | cut -c1-4000 || true
}

count_reports() {
    local name="$1" out="$2" status="$3" tests=0 failed=0 skipped=0 file header figure=''
    for file in "$out"/surefire-reports/TEST-*.xml; do
        [[ -e "$file" ]] || continue
        header="$(grep -m1 '<testsuite ' "$file")"
        tests=$((tests + $(attribute tests "$header")))
        failed=$((failed + $(attribute failures "$header") + $(attribute errors "$header")))
        skipped=$((skipped + $(attribute skipped "$header")))
    done
    ((status == 0 || failed > 0)) || failed=1
    [[ -r "$out/figure.txt" ]] && figure=" — $(cat "$out/figure.txt")"
    echo "$name: $((tests - failed - skipped > 0 ? tests - failed - skipped : 0)) passed, $failed failed, $skipped skipped$figure"
    ((failed == 0))
}

attribute() {
    [[ "$2" =~ [[:space:]]$1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0
}
