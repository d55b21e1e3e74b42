# shellcheck shell=bash
# The home: its folders, who owns them, and the distribution copied into it.

readonly PANEL_USER=openpanel PROXY_USER=openpanel-proxy

# Runs a command as the panel's user with next to nothing in its environment.
as_panel() {
    local clean=(env -i "PATH=$PATH" "HOME=$home/cache" LANG=C.UTF-8 TZ=UTC)
    if as_root; then
        setpriv --reuid "$PANEL_USER" --regid "$PANEL_USER" --init-groups --no-new-privs -- "${clean[@]}" "$@"
        return
    fi
    "${clean[@]}" "$@"
}

make_users() {
    as_root || return 0
    local made=()
    getent group docker >/dev/null || groupadd --system docker
    if ! getent passwd "$PANEL_USER" >/dev/null; then
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$PANEL_USER"
        made+=("$PANEL_USER")
    fi
    if ! id -nG "$PANEL_USER" | tr ' ' '\n' | grep -qx docker; then
        usermod -aG docker "$PANEL_USER"
    fi
    if ! getent passwd "$PROXY_USER" >/dev/null; then
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$PROXY_USER"
        made+=("$PROXY_USER")
    fi
    ((${#made[@]} == 0)) || done_step "System users ${made[*]}"
}

check_home() {
    local parent="$home" free
    while [[ ! -e "$parent" ]]; do
        parent="$(dirname "$parent")"
    done
    [[ -d "$parent" ]] || fail "The home $home cannot be made: $parent is a file."
    [[ -w "$parent" ]] || fail "The home $home cannot be written by $(id -un): choose another with --home."
    free="$(df -Pk "$parent" | awk 'NR == 2 { print int($4 / 1024) }')"
    ((free >= 1024)) || fail "Only $free MB are free where the home $home is: at least 1024 MB are needed."
}

make_home() {
    local folder
    mkdir -p "$home"/{etc,data/proxy,keys,plugins,log,run,cache}
    if as_root; then
        chown "$PANEL_USER:$PANEL_USER" "$home" "$home"/{data,keys,plugins,run,cache}
        chown "root:$PANEL_USER" "$home"/{etc,log}
        chown "$PANEL_USER:$PROXY_USER" "$home/data/proxy"
        chmod 0755 "$home" "$home"/{data,cache} && chmod 0750 "$home"/{etc,log,plugins} && chmod 0755 "$home/run"
        # The proxy writes its answers here but cannot touch the panel's files: sticky; the panel's get its group: setgid.
        chmod 3770 "$home/data/proxy"
        as_panel test -x "$home" -a -w "$home/run" ||
            fail "The home $home cannot be entered by the user $PANEL_USER: choose another with --home."
    else
        chmod 0700 "$home" "$home"/{etc,data,data/proxy,plugins,log,run,cache}
    fi
    chmod 0700 "$home/keys"
    # The panel adds lines to it and cannot take its place: the folder is not the panel's.
    local checkpoints="$home/log/audit-checkpoints.jsonl"
    [[ -e "$checkpoints" ]] || (umask 077 && : >"$checkpoints")
    ! as_root || chown "$PANEL_USER:$PANEL_USER" "$checkpoints"
    if [[ ! -e "$home/etc/openpanel.conf" ]]; then
        default_settings >"$home/etc/openpanel.conf"
    fi
    chmod 0640 "$home/etc/openpanel.conf"
    ! as_root || chown "root:$PANEL_USER" "$home/etc/openpanel.conf"
}

default_settings() {
    cat <<TEXT
# Settings of this OpenPanel, KEY=value. A flag or a variable of the same name in the environment goes before.
# OPENPANEL_PORT=$OPENPANEL_PORT
# OPENPANEL_PROXY_PORT=$OPENPANEL_PROXY_PORT
# OPENPANEL_PROXY_TLS_PORT=$OPENPANEL_PROXY_TLS_PORT
# OPENPANEL_PANEL_TLS_PORT=$OPENPANEL_PANEL_TLS_PORT
# OPENPANEL_ADDRESS=$OPENPANEL_ADDRESS
# OPENPANEL_DOCKER_HOST=$OPENPANEL_DOCKER_HOST
# OPENPANEL_DATABASE_URL=postgresql://openpanel:password@127.0.0.1:5432/openpanel
TEXT
    # Ports chosen at the first start hold for the later ones.
    [[ -z "${chosen_port:-}" ]] || printf 'OPENPANEL_PORT=%s\n' "$chosen_port"
    [[ -z "${chosen_proxy_port:-}" ]] || printf 'OPENPANEL_PROXY_PORT=%s\n' "$chosen_proxy_port"
}

# The folder of the distribution that was built, or that this launcher is part of.
built() {
    if [[ -d "$OPENPANEL_ROOT/system" ]]; then
        printf '%s' "$OPENPANEL_ROOT"
        return
    fi
    printf '%s' "$OPENPANEL_ROOT/karaf-features/target/openpanel"
}

version_of() { cat "$1/VERSION" 2>/dev/null || true; }

# Copies the built distribution beside the ones that ran before, so that a new build does not disturb what runs.
copy_distribution() {
    local from version target
    from="$(built)"
    version="$(version_of "$from")"
    [[ -n "$version" ]] || fail "There is no complete build in $from: run 'openpanel up' again."
    target="$home/cache/dist-$version"
    if [[ ! -d "$target" ]]; then
        rm -rf "$target.tmp"
        cp -a --no-preserve=ownership "$from" "$target.tmp"
        chmod -R go+rX,go-w "$target.tmp"
        mv -T "$target.tmp" "$target"
    fi
    unpack_postgres "$target"
    printf '%s' "$version"
}

use_distribution() {
    ln -sfn "dist-$1" "$home/cache/current.tmp"
    mv -fT "$home/cache/current.tmp" "$home/cache/current"
}

current_version() {
    local link
    link="$(readlink "$home/cache/current" 2>/dev/null)" || return 0
    printf '%s' "${link#dist-}"
}

# Keeps the distribution in use and the former one.
forget_old_distributions() {
    local keep_now="$1" keep_former="$2" folder version
    for folder in "$home"/cache/{dist,state}-*; do
        [[ -d "$folder" && ! -L "$folder" ]] || continue
        version="${folder##*/}"
        version="${version#*-}"
        [[ "$version" == "$keep_now" || "$version" == "$keep_former" ]] || rm -rf "$folder"
    done
    for folder in "$home"/cache/proxy-*.jar; do
        [[ "$folder" == "$(cat "$home/run/proxy.program")" ]] || rm -f "$folder"
    done
}

# The proxy runs from a copy by content, so that it need not stop for an upgrade that did not change it.
proxy_program() {
    local jar="$home/cache/current/programs/openpanel-proxy.jar" digest target
    [[ -f "$jar" ]] || fail "The build has no proxy (programs/openpanel-proxy.jar): build again."
    digest="$(sha256sum "$jar" | cut -c1-16)"
    target="$home/cache/proxy-$digest.jar"
    if [[ ! -f "$target" ]]; then
        cp "$jar" "$target.tmp"
        chmod 0644 "$target.tmp"
        mv -f "$target.tmp" "$target"
    fi
    printf '%s' "$target"
}

unpack_postgres() {
    local archive machine target folder
    case "$(uname -m)" in
        x86_64) machine=x86_64 ;;
        aarch64) machine=arm_64 ;;
        *) [[ -n "$OPENPANEL_DATABASE_URL" ]] && return 0
            fail "There are no PostgreSQL programs for $(uname -m): set OPENPANEL_DATABASE_URL to a server of yours." ;;
    esac
    folder="$(printf '%s\n' "$1"/postgres-* | head -n 1)"
    archive="$folder/postgres-linux-$machine.txz"
    target="$home/cache/${folder##*/}"
    [[ -d "$target" ]] && return 0
    rm -rf "$target.tmp"
    mkdir -p "$target.tmp"
    tar -xJf "$archive" -C "$target.tmp" --no-same-owner
    chmod -R go+rX "$target.tmp"
    mv -T "$target.tmp" "$target"
}

postgres_programs() {
    local folder
    folder="$(printf '%s\n' "$home"/cache/current/postgres-* | head -n 1)"
    printf '%s' "$home/cache/${folder##*/}/bin"
}
