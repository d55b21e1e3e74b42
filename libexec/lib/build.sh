# shellcheck shell=bash
# Builds the checkout when its sources are newer than the build.

in_checkout() { [[ -f "$OPENPANEL_ROOT/pom.xml" ]]; }

needs_build() {
    in_checkout || return 1
    local stamp newer
    stamp="$(built)/VERSION"
    [[ -f "$stamp" ]] || return 0
    newer="$(find "$OPENPANEL_ROOT" \
        \( -name .git -o -name target -o -name node_modules -o -name dist -o -path "$OPENPANEL_ROOT/docs" \
        -o -path "$OPENPANEL_ROOT/itests" -o -path '*/src/test' \) -prune \
        -o \( -type f -o -type d -path '*/src/*' \) ! -name '*.md' -newer "$stamp" -print -quit)"
    [[ -n "$newer" ]]
}

build() {
    local log="$OPENPANEL_ROOT/target/build.log" begun=${EPOCHREALTIME/[.,]/} line digest
    mkdir -p "$OPENPANEL_ROOT/target"
    # What changes while the build runs belongs to the next one.
    touch "$OPENPANEL_ROOT/target/build-began"
    doing "Building (the first time this takes some minutes)"
    if ! (cd "$OPENPANEL_ROOT" && mvn -B -ntp -DskipTests install) 2>&1 | tee "$log" | build_progress; then
        grep -E '^\[ERROR\]' "$log" | head -n 15 >&2 || tail -n 15 "$log" >&2
        fail "The build failed. All of it: $log"
    fi
    digest="$(cd "$(built)" && find . -type f ! -name VERSION -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
        sha256sum | cut -c1-12)"
    line="$(sed -n 's/^ *<version>\(.*\)<\/version>.*/\1/p' "$OPENPANEL_ROOT/pom.xml" | head -n 1)"
    printf '%s-%s\n' "$line" "$digest" >"$(built)/VERSION"
    touch -r "$OPENPANEL_ROOT/target/build-began" "$(built)/VERSION"
    done_step "Built $(version_of "$(built)") in $(seconds_since "$begun")"
}

build_progress() {
    local line module='^\[INFO\] Building OpenPanel :: (.*[^ ]) +[^ ]+ +\[([0-9]+/[0-9]+)\]$'
    while IFS= read -r line; do
        if [[ "$line" =~ $module ]]; then
            note "${BASH_REMATCH[2]} ${BASH_REMATCH[1]}"
        fi
    done
}
