# shellcheck shell=bash
# The tests of the modules, with their coverage.

# unit_suite [fast]: all of them, or those that take seconds; two modules at once.
unit_suite() {
    local slice=(-T 2)
    [[ "${1:-}" != fast ]] || slice+=(-DexcludedGroups=slow)
    local log="$OPENPANEL_ROOT/target/unit.log" mark="$OPENPANEL_ROOT/target/unit-began" status=0 modules
    mkdir -p "$OPENPANEL_ROOT/target"
    touch "$mark"
    modules="$(sed -n 's/^ *<module>\(.*\)<\/module>.*/\1/p' "$OPENPANEL_ROOT/pom.xml" |
        grep -vxE 'karaf-features|itests' | paste -sd,)"
    (cd "$OPENPANEL_ROOT" && mvn -B -ntp -Dmaven.test.failure.ignore=true "${slice[@]}" -pl "$modules" verify jacoco:report) \
        >"$log" 2>&1 || status=$?
    ((status == 0)) || grep -E '^\[ERROR\]' "$log" | head -n 40
    grep -E '^\[ERROR\].*(FAILURE|ERROR)!$|^\[ERROR\] +[A-Za-z]+Test[.:]' "$log" | sort -u | head -n 60 || true
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
