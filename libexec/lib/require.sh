# shellcheck shell=bash
# What must be on the machine, and how to get it from the distribution's packages.

readonly JAVA_FLOOR=17

java_version() {
    "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = \(1\.\)\{0,1\}//p'
}

# Sets OPENPANEL_JAVA_HOME to a JDK that is new enough; the argument is the program it must have: java or javac.
find_java() {
    local program="$1" candidate version on_path
    java_too_old=''
    on_path="$(command -v java || true)"
    for candidate in "${OPENPANEL_JAVA_HOME:-}" "${JAVA_HOME:-}" \
        "${on_path:+$(dirname "$(dirname "$(readlink -f "$on_path")")")}" /usr/lib/jvm/*; do
        [[ -n "$candidate" && -x "$candidate/bin/java" ]] || continue
        version="$(java_version "$candidate/bin/java")"
        [[ "$version" =~ ^[0-9]+$ ]] || continue
        if ((version < JAVA_FLOOR)); then
            java_too_old="$version at $candidate"
            continue
        fi
        [[ -x "$candidate/bin/$program" ]] || continue
        OPENPANEL_JAVA_HOME="$candidate"
        export JAVA_HOME="$candidate"
        return
    done
    return 1
}

node_fits() {
    local version
    version="$("${1:-node}" --version 2>/dev/null)" || return 1
    [[ "$version" =~ ^v([0-9]+)\.([0-9]+) ]] || return 1
    ((BASH_REMATCH[1] > 20 || (BASH_REMATCH[1] == 20 && BASH_REMATCH[2] >= 19)))
}

# A fresh machine has no list of packages yet, and without one no name is known.
refresh_packages() {
    command -v apt-get >/dev/null || return 0
    [[ -z "$(find /var/lib/apt/lists -name '*_Packages*' -print -quit 2>/dev/null)" ]] || return 0
    if as_root; then
        doing "Fetching the list of packages: apt-get update"
        apt-get update >/dev/null 2>&1 || true
    elif command -v sudo >/dev/null; then
        doing "Fetching the list of packages: sudo apt-get update"
        sudo apt-get update >/dev/null 2>&1 || true
    fi
}

known_package() { [[ -n "$(apt-cache search --names-only "^$1\$" 2>/dev/null)" ]]; }

# The first of the names that the distribution has, else the last.
first_known() {
    local name
    refresh_packages
    for name in "$@"; do
        if known_package "$name"; then
            printf '%s' "$name"
            return
        fi
    done
    printf '%s' "$name"
}

# Installs what is missing after saying so. $1: yes or no (without asking); then pairs of "what for" and package.
install_packages() {
    local yes="$1" answer sudo=()
    shift
    local command=(apt-get install -y --no-install-recommends "$@")
    command -v apt-get >/dev/null ||
        fail "Missing on this machine: $*." "Only apt is known to this launcher: install them with your own package manager."
    if ! as_root; then
        command -v sudo >/dev/null ||
            fail "Missing on this machine: $*. You are neither root nor is there sudo; have somebody run:" \
                "apt-get update && ${command[*]}"
        sudo=(sudo)
    fi
    doing "Missing on this machine: $*"
    note "${sudo[*]:+sudo }${command[*]}"
    if [[ "$yes" != yes ]]; then
        [[ -t 0 ]] || fail "Nothing was installed: run the line above, or 'openpanel up --yes'."
        read -r -p "  Install now? [Y/n] " answer
        [[ -z "$answer" || "$answer" == [Yy]* ]] || fail "Nothing was installed."
    fi
    local log
    log="$(mktemp)"
    if ! { "${sudo[@]}" apt-get update && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        fail "The packages could not be installed: $*."
    fi
    rm -f "$log"
    done_step "Installed $*"
}

# Checks the tools; installs what is missing. $1: yes|no, $2: build|run
require_tools() {
    local yes="$1" purpose="$2" missing=() wanted_java=java jdk=jre
    if [[ "$purpose" == build ]]; then
        wanted_java=javac jdk=jdk
        command -v mvn >/dev/null || missing+=(maven)
        command -v git >/dev/null || missing+=(git)
        command -v npm >/dev/null || missing+=(npm nodejs)
    fi
    command -v xz >/dev/null || missing+=(xz-utils)
    command -v setpriv >/dev/null || missing+=(util-linux)
    local need_java=no
    if ! find_java "$wanted_java"; then
        need_java=yes
        [[ -z "$java_too_old" ]] || doing "Java $java_too_old is too old: $JAVA_FLOOR is the least."
        missing+=("$(first_known "openjdk-21-$jdk-headless" "openjdk-17-$jdk-headless" "openjdk-25-$jdk-headless" "default-$jdk-headless")")
    fi
    ((${#missing[@]} == 0)) || install_packages "$yes" "${missing[@]}"
    [[ "$need_java" == no ]] || find_java "$wanted_java" ||
        fail "There is no Java $JAVA_FLOOR or newer here: install a JDK, or set JAVA_HOME to one."
    done_step "Java $("$OPENPANEL_JAVA_HOME/bin/java" -XshowSettings:properties -version 2>&1 |
        sed -n 's/^ *java.version = //p')"
    if [[ "$purpose" == build ]]; then
        done_step "$(mvn --version 2>/dev/null | sed -n '1{s/\x1b\[[0-9;]*m//g; s/^Apache //; s/ (.*//; p}')"
        require_node
        done_step "$(git --version | sed 's/^g/G/; s/ version//')"
    fi
}

# Puts a Node that can build the console first on the path.
require_node() {
    local folder="$OPENPANEL_ROOT/target/node"
    if ! node_fits; then
        if ! node_fits "$folder/node_modules/.bin/node"; then
            doing "Node $(node --version 2>/dev/null || printf 'of this machine') is too old for the console's build: fetching 20.19 or newer into target/node"
            mkdir -p "$folder"
            npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error 'node@^22.12' 'npm@^10' >&2 ||
                fail "npm could not fetch Node: install Node 20.19 or newer and run this again."
        fi
        PATH="$folder/node_modules/.bin:$PATH"
        hash -r
        node_fits || fail "Node $(node --version) is too old: the console needs 20.19 or newer."
    fi
    done_step "Node $(node --version | tr -d v)"
}
