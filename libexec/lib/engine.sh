# shellcheck shell=bash
# The Docker engine: asked, started when it does not answer, never stopped while something runs in it.

engine_version() {
    timeout 10 docker --host "$OPENPANEL_DOCKER_HOST" version --format '{{.Server.Version}}' 2>/dev/null
}

require_engine() {
    local yes="$1" version packages=()
    if ! command -v docker >/dev/null; then
        refresh_packages
        packages+=(docker.io)
        ! known_package docker-cli || packages+=(docker-cli)
        ! known_package docker-buildx || packages+=(docker-buildx)
        ! known_package docker-compose-v2 || packages+=(docker-compose-v2)
        install_packages "$yes" "${packages[@]}" iptables
    fi
    if ! version="$(engine_version)"; then
        start_engine
        version="$(engine_version)" || fail "The Docker engine at $OPENPANEL_DOCKER_HOST does not answer." \
            "$(last_words engine)" "Look at $home/log/engine.jsonl or 'journalctl -u docker', and run this again."
    fi
    done_step "Docker engine $version"
}

start_engine() {
    local socket="${OPENPANEL_DOCKER_HOST#unix://}" arguments=() waited
    [[ "$OPENPANEL_DOCKER_HOST" == unix://* ]] ||
        fail "The Docker engine at $OPENPANEL_DOCKER_HOST does not answer: start it, or set OPENPANEL_DOCKER_HOST."
    if [[ -S "$socket" && ! -w "$socket" ]]; then
        fail "You may not use the Docker engine at $socket. Have root run this, then log in again:" \
            "usermod -aG docker $(id -un)"
    fi
    as_root || fail "No Docker engine answers at $socket and you are not root. Have root run one of these:" \
        "systemctl start docker" "dockerd"
    doing "Starting the Docker engine"
    if with_systemd; then
        systemctl enable --now docker >/dev/null 2>&1 || fail "systemd could not start the Docker engine:" \
            "journalctl -u docker"
    elif command -v dockerd >/dev/null; then
        read -r -a arguments <<<"${OPENPANEL_DOCKERD_ARGS:-}"
        mkdir -p "$home/log" "$home/run"
        setsid bash "$OPENPANEL_ROOT/libexec/supervise" engine --home "$home" -- \
            dockerd --host "$OPENPANEL_DOCKER_HOST" "${arguments[@]}" </dev/null >/dev/null 2>&1 &
    else
        fail "No Docker engine answers at $socket and there is no dockerd here: install docker.io."
    fi
    for ((waited = 0; waited < 300; waited++)); do
        ! engine_version >/dev/null || return 0
        # One that ended will not answer any more.
        with_systemd || ((waited < 20)) || running engine >/dev/null || return 0
        sleep 0.1
    done
}

# The message of the last line in a log.
last_words() { tail -n 1 "$home/log/$1.jsonl" 2>/dev/null | sed -E 's/^.*"message":"(([^"\\]|\\.)*)".*$/\1/'; }

with_systemd() { as_root && [[ -d /run/systemd/system ]] && command -v systemctl >/dev/null; }
