# shellcheck shell=bash
# The three processes: database, proxy, panel. systemd keeps those of the machine's own home, a supervisor each the others.

under_systemd() { with_systemd && [[ "$home" == "$(default_home)" ]]; }

start_process() {
    local name="$1"
    if running "$name.supervisor" >/dev/null; then
        return
    fi
    # A supervisor that was killed leaves its process behind.
    end_process "$name" "$(stop_signal "$name")" 25
    started+=("$name")
    log_before[$name]="$(stat -c %s "$home/log/$name.jsonl" 2>/dev/null || printf 0)"
    if under_systemd; then
        systemctl enable --quiet "openpanel-$name"
        systemctl start "openpanel-$name"
        return
    fi
    OPENPANEL_ROOT="$home/cache/dist-$(current_version)" \
        setsid bash "$home/cache/current/libexec/supervise" "$name" --home "$home" </dev/null >/dev/null 2>&1 8>&- &
    disown
}

stop_process() {
    local name="$1"
    if under_systemd; then
        systemctl disable --quiet --now "openpanel-$name" 2>/dev/null || true
    fi
    end_process "$name.supervisor" TERM 30
    end_process "$name" "$(stop_signal "$name")" 25
}

stop_signal() {
    if [[ "$1" == database ]]; then
        printf INT
        return
    fi
    printf TERM
}

write_units() {
    under_systemd || return 0
    local name after
    for name in database proxy panel; do
        after=network-online.target
        [[ "$name" != panel ]] || after='network-online.target docker.service openpanel-database.service'
        cat >"/etc/systemd/system/openpanel-$name.service.tmp" <<TEXT
[Unit]
Description=OpenPanel: $name
After=$after
Wants=network-online.target

[Service]
Environment=OPENPANEL_ROOT=$home/cache/current
ExecStart=/bin/bash $home/cache/current/libexec/supervise $name --home $home
Restart=always
RestartSec=5
KillMode=mixed
TimeoutStopSec=60

[Install]
WantedBy=multi-user.target
TEXT
        mv -f "/etc/systemd/system/openpanel-$name.service.tmp" "/etc/systemd/system/openpanel-$name.service"
    done
    systemctl daemon-reload
}

# Waits until a function says yes; gives up after so many seconds or when the process keeps ending.
wait_for() {
    local name="$1" ready="$2" patience="$3" until=$((SECONDS + $3))
    while ((SECONDS < until)); do
        ! "$ready" || return 0
        # One more than the supervisor needs to give the panel a fresh cache.
        if (($(cat "$home/run/$name.ends" 2>/dev/null || printf 0) > 3)); then
            doing "The $name keeps ending."
            return 1
        fi
        sleep 0.1
    done
    doing "The $name is not ready after $patience s."
    return 1
}

panel_ready() { [[ "$(http_status "$OPENPANEL_PORT" /health/ready)" == 200 ]]; }

proxy_ready() { listening "$OPENPANEL_PROXY_PORT" >/dev/null; }

# start_database [PROCESS]: that process is started beside it, and waits for it by itself.
start_database() {
    own_database || return 0
    make_database
    database_port >/dev/null
    start_process database
    (($# == 0)) || start_process "$1"
    wait_for database database_ready 60 || return 1
    done_step "Database (PostgreSQL $("$(postgres_programs)/postgres" --version | sed 's/.* //'))"
}

start_proxy() {
    local wanted now=''
    wanted="$(proxy_program)"
    [[ ! -r "$home/run/proxy.program" ]] || now="$(cat "$home/run/proxy.program")"
    if running proxy.supervisor >/dev/null && [[ "$now" != "$wanted" ]]; then
        doing "Restarting the proxy, which is newer in this version: apps are away for a second"
        stop_process proxy
    fi
    printf '%s\n' "$wanted" >"$home/run/proxy.program"
    start_process proxy
    wait_for proxy proxy_ready 30 || return 1
    done_step "Proxy on port $OPENPANEL_PROXY_PORT"
}

start_panel() {
    start_process panel
    wait_for panel panel_ready 60 || return 1
    rm -f "$home/run/owner"
    as_panel touch "$home/cache/state-$(current_version)/complete"
    done_step "Panel ready"
}

declare -A log_before=()

# What a process complained of since it was started, for a person.
complaints() {
    note "From $home/log/$1.jsonl:"
    { tail -c "+$((${log_before[$1]:-0} + 1))" "$home/log/$1.jsonl" 2>/dev/null |
        grep -E '"level":"(error|fatal)"' || true; } | tail -n 5 |
        sed -E 's/^.*"message":"(([^"\\]|\\.)*)".*$/    \1/' | cut -c1-300 >&2
}
