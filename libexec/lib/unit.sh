# shellcheck shell=bash
# The tests of the modules, with their coverage.

# unit_suite [fast]: all of them, or those that take seconds.
unit_suite() {
    # A module whose tests hang is ended; the longest takes some four minutes.
    local slice=(-Dmaven.test.failure.ignore=true -Dsurefire.timeout=1200)
    [[ "${1:-}" != fast ]] || slice+=(-DexcludedGroups=slow)
    local logs="$OPENPANEL_ROOT/target/unit" mark="$OPENPANEL_ROOT/target/unit-began" status=0
    rm -rf "$logs"
    mkdir -p "$logs"
    touch "$mark"
    # Each module alone against what the build installed: in one reactor those that need others would wait for their tests.
    # Three at once, because half of the time they wait for servers and engines. All is compiled and packed already, so
    # only the tests are run; those of the console are bound to their phase.
    # shellcheck disable=SC2016
    modules_by_size | xargs -P 3 -I '{}' bash -c '
        goals=(jacoco:prepare-agent@default surefire:test jacoco:report)
        [[ "$2" != console ]] || goals=(test)
        cd "$1" && exec mvn -B -ntp "${@:3}" -pl "$2" "${goals[@]}" >"target/unit/${2//\//-}.log" 2>&1
    ' unit "$OPENPANEL_ROOT" '{}' "${slice[@]}" || status=$?
    ((status == 0)) || grep -hE '^\[ERROR\]' "$logs"/*.log | head -n 40
    grep -hE '^\[ERROR\].*(FAILURE|ERROR)!$|^\[ERROR\] +[A-Za-z]+Test[.:]' "$logs"/*.log | sort -u | head -n 60 || true
    find "$OPENPANEL_ROOT" -path '*/target/surefire-reports/TEST-*.xml' -newer "$mark" -exec grep -hm1 '<testsuite ' {} + |
        awk -v status="$status" -v coverage="$(coverage "$mark")" '
            function value(name) {
                if (!match($0, " " name "=\"[0-9]+\"")) { return 0 }
                return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0
            }
            { tests += value("tests"); failed += value("failures") + value("errors"); skipped += value("skipped") }
            END { if (status && !failed) { tests++; failed = 1 }
                  printf "unit: %d passed, %d failed, %d skipped — %s\n", tests - failed - skipped, failed, skipped, coverage
                  exit failed > 0 }'
}

# Lines covered over all modules, those with the least last.
coverage() {
    local file
    find "$OPENPANEL_ROOT" -path '*/target/site/jacoco/jacoco.csv' -newer "$1" | while IFS= read -r file; do
        awk -F, -v module="$(sed "s|^$OPENPANEL_ROOT/||; s|/target/.*||" <<<"$file")" 'NR > 1 { missed += $8; covered += $9 }
            END { if (missed + covered) printf "%s %d %d\n", module, covered, missed + covered }' "$file"
    done | awk '{ covered += $2; all += $3; printf "  coverage %5.1f %%  %s\n", 100 * $2 / $3, $1 > "/dev/stderr" }
        END { if (all) printf "%.1f %% of %d lines covered", 100 * covered / all, all; else printf "coverage was not measured" }'
}

# The modules with tests of their own, those with most first: what is begun last should not take long.
modules_by_size() {
    local module tests
    sed -n 's/^ *<module>\(.*\)<\/module>.*/\1/p' "$OPENPANEL_ROOT/pom.xml" | grep -vx itests |
        while IFS= read -r module; do
            tests="$OPENPANEL_ROOT/$module/src/test"
            [[ ! -d "$tests" ]] || printf '%s %s\n' "$(du -sb "$tests" | cut -f1)" "$module"
        done | sort -rn | cut -d' ' -f2-
}
