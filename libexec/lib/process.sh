# shellcheck shell=bash
# Processes by pid and start time, and ports by what listens on them.

# The 22nd field of stat; the 2nd (the name) may hold spaces and parentheses.
start_time() {
    local stat fields
    { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    read -r -a fields <<<"${stat##*) }"
    [[ "${fields[0]}" != Z ]] || return 1
    printf '%s' "${fields[19]}"
}

remember_pid() {
    start_time "$2" >"$home/run/$1.begun" || true
    printf '%s\n' "$2" >"$home/run/$1.pid.tmp" && mv -f "$home/run/$1.pid.tmp" "$home/run/$1.pid"
}

# Prints the pid when the process that was remembered under the name still runs.
running() {
    local pid begun
    # The process may end, and its files go, at any moment.
    pid="$(cat "$home/run/$1.pid" 2>/dev/null)" || return 1
    begun="$(cat "$home/run/$1.begun" 2>/dev/null)" || return 1
    [[ "$pid" =~ ^[0-9]+$ && "$(start_time "$pid")" == "$begun" ]] || return 1
    printf '%s' "$pid"
}

# Ends what was remembered under a name: signal, wait, then kill.
end_process() {
    local name="$1" signal="$2" patience="$3" pid waited
    pid="$(running "$name")" || return 0
    kill -s "$signal" "$pid" 2>/dev/null || true
    for ((waited = 0; waited < patience * 10; waited++)); do
        running "$name" >/dev/null || break
        sleep 0.1
    done
    if pid="$(running "$name")"; then
        kill -s KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$home/run/$name.pid" "$home/run/$name.begun"
}

# The inode of the socket that listens on a port of this machine, if one does.
listening() {
    local hex
    printf -v hex '%04X' "$1"
    # Read to the end: with many connections, leaving early would break the pipe and look like a failure.
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '
        !found && $4 == "0A" && $2 ~ (":" port "$") { print $10; found = 1 } END { exit !found }'
}

# Who listens on a port, in words, as far as it may be seen.
who_listens() {
    local inode pid command
    inode="$(listening "$1")" || return 0
    pid="$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -printf '%h\n' 2>/dev/null | head -n 1)" || true
    pid="${pid#/proc/}"
    pid="${pid%/fd}"
    if [[ -z "$pid" ]]; then
        printf 'another program'
        return
    fi
    command="$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null)" || true
    if [[ "$command" =~ (-Dopenpanel\.home=|--home$'\n')(/[^$'\n']*) ]]; then
        printf 'the OpenPanel in %s' "${BASH_REMATCH[2]%/data/proxy}"
        return
    fi
    command="${command%%$'\n'*}"
    printf '%s (process %s)' "${command##*/}" "$pid"
}

# A free port below the range the kernel hands out by itself, and none that panel or proxy are about to open.
free_port() {
    local port tries
    local named=" $OPENPANEL_PORT $OPENPANEL_PROXY_PORT $OPENPANEL_PROXY_TLS_PORT $OPENPANEL_PANEL_TLS_PORT "
    for ((tries = 0; tries < 100; tries++)); do
        port=$((20000 + SRANDOM % 12000))
        if [[ "$named" != *" $port "* ]] && ! listening "$port" >/dev/null; then
            printf '%s' "$port"
            return
        fi
    done
    return 1
}

# The status code of GET on loopback; empty when nothing answers.
http_status() {
    local line=''
    line="$(
        exec 2>/dev/null
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
        printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
        IFS= read -r -t 5 answer <&3 && printf '%s' "$answer"
    )" || true
    if [[ "$line" =~ ^HTTP/[0-9.]+\ ([0-9]{3}) ]]; then
        printf '%s' "${BASH_REMATCH[1]}"
    fi
}

# PSS in KiB, where it may be read.
memory_of() {
    local kib
    kib="$(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "/proc/$1/smaps_rollup" 2>/dev/null)" || true
    printf '%s' "${kib:-0}"
}

# A pid and all that descend from it.
family() {
    local pid child
    pid="$1"
    printf '%s\n' "$pid"
    while read -r child; do
        family "$child"
    done < <(cat "/proc/$pid/task/"*/children 2>/dev/null | tr -s ' ' '\n')
}
