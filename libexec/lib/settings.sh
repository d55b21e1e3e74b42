# shellcheck shell=bash
# Where things are and which ports they use: flag > OPENPANEL_* > etc/openpanel.conf > default.

# Where the key behind the stored secrets is; the panel itself reads these.
readonly KEY_SETTINGS=(KEY_PROVIDER VAULT_ADDRESS VAULT_TOKEN_FILE VAULT_MOUNT VAULT_KEY VAULT_NAMESPACE)
readonly SETTINGS=(PORT PROXY_PORT PROXY_TLS_PORT PANEL_TLS_PORT ADDRESS DOCKER_HOST DATABASE_URL OWNER_EMAIL
    OWNER_PASSWORD JAVA_OPTS JAVA_HOME DOCKERD_ARGS SAMPLE_IMAGE CALLS_PER_MINUTE
    "${KEY_SETTINGS[@]}")

as_root() { ((EUID == 0)); }

# Sets home; the flag's value is the argument.
find_home() {
    local wanted="${1:-${OPENPANEL_HOME:-}}"
    if [[ -z "$wanted" ]]; then
        wanted="$(default_home)"
    fi
    home="$(realpath -m -- "$wanted")"
    [[ "$home" != / && "$home" =~ ^/[A-Za-z0-9._/@+=-]+$ ]] ||
        fail "The home '$home' cannot be used: only letters, digits and . _ - @ + = / may be in its path."
    export OPENPANEL_HOME="$home"
}

default_home() {
    if as_root; then
        printf '/var/lib/openpanel'
        return
    fi
    printf '%s/.openpanel' "${HOME:?is not set}"
}

# One value of a KEY=value file, never run as code; quotes around the value are dropped.
file_value() {
    local key="$1" file="$2" line value=''
    [[ -r "$file" ]] || return 0
    while IFS= read -r line || [[ -n "$line" ]]; do
        if [[ "$line" =~ ^[[:space:]]*"$key"[[:space:]]*=[[:space:]]*(.*)$ ]]; then
            value="${BASH_REMATCH[1]}"
            value="${value%"${value##*[![:space:]]}"}"
            if [[ "$value" =~ ^\"(.*)\"$ || "$value" =~ ^\'(.*)\'$ ]]; then
                value="${BASH_REMATCH[1]}"
            fi
        fi
    done <"$file"
    printf '%s' "$value"
}

# Fills OPENPANEL_X for each setting that has none yet from the home's file.
read_settings() {
    local name key
    for name in "${SETTINGS[@]}"; do
        key="OPENPANEL_$name"
        if [[ -z "${!key:-}" ]]; then
            printf -v "$key" '%s' "$(file_value "$key" "$home/etc/openpanel.conf")"
        fi
    done
    : "${OPENPANEL_PORT:=8080}" "${OPENPANEL_PANEL_TLS_PORT:=8443}"
    if as_root; then
        : "${OPENPANEL_PROXY_PORT:=80}" "${OPENPANEL_PROXY_TLS_PORT:=443}"
    else
        : "${OPENPANEL_PROXY_PORT:=8000}" "${OPENPANEL_PROXY_TLS_PORT:=8444}"
    fi
    : "${OPENPANEL_DOCKER_HOST:=${DOCKER_HOST:-unix:///var/run/docker.sock}}"
    : "${OPENPANEL_ADDRESS:=$(own_address)}"
    local port
    for port in PORT PROXY_PORT PROXY_TLS_PORT PANEL_TLS_PORT; do
        key="OPENPANEL_$port"
        [[ "${!key}" =~ ^[1-9][0-9]{0,4}$ && ${!key} -le 65535 ]] ||
            fail "$key is '${!key}', which is no port: use a number from 1 to 65535."
    done
    [[ "$OPENPANEL_ADDRESS" =~ ^[0-9A-Fa-f.:]+$ ]] ||
        fail "OPENPANEL_ADDRESS is '$OPENPANEL_ADDRESS', which is no IP address."
}

# The address this machine is reached at: of the interface that leads out, else loopback.
own_address() {
    local found=''
    if command -v ip >/dev/null; then
        found="$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')" || true
    fi
    printf '%s' "${found:-127.0.0.1}"
}

# Settings the processes were last started with; the supervisors read them, also after a reboot.
keep_settings() {
    local name key
    (
        umask 077
        for name in "${SETTINGS[@]}"; do
            [[ "$name" == OWNER_* ]] && continue
            key="OPENPANEL_$name"
            printf '%s=%s\n' "$key" "${!key:-}"
        done >"$home/run/settings.tmp"
    )
    mv -f "$home/run/settings.tmp" "$home/run/settings"
}

kept_settings() {
    local name key
    for name in "${SETTINGS[@]}"; do
        key="OPENPANEL_$name"
        printf -v "$key" '%s' "$(file_value "$key" "$home/run/settings")"
    done
}
