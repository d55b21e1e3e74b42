# shellcheck shell=bash
# PostgreSQL with the programs of the distribution: durable, loopback only, small.

own_database() { [[ -z "$OPENPANEL_DATABASE_URL" ]]; }

random_password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Makes a file under keys/ with a random password, if there is none yet, and prints it.
password() {
    local file="$home/keys/$1.password"
    if [[ ! -s "$file" ]]; then
        (umask 077 && random_password >"$file.tmp")
        ! as_root || chown "$PANEL_USER:$PANEL_USER" "$file.tmp"
        mv -f "$file.tmp" "$file"
    fi
    cat "$file"
}

database_port() {
    local port=''
    [[ ! -r "$home/run/database.port" ]] || port="$(cat "$home/run/database.port")"
    if [[ ! "$port" =~ ^[0-9]+$ ]] || { ! running database >/dev/null && listening "$port" >/dev/null; }; then
        port="$(free_port)" || fail "There is no free port for PostgreSQL between 20000 and 32000."
        printf '%s\n' "$port" >"$home/run/database.port"
    fi
    printf '%s' "$port"
}

database_url() {
    if ! own_database; then
        printf '%s' "$OPENPANEL_DATABASE_URL"
        return
    fi
    printf 'postgresql://openpanel:%s@127.0.0.1:%s/openpanel' "$(password database)" "$(cat "$home/run/database.port")"
}

make_database() {
    local data="$home/data/pg" programs
    programs="$(postgres_programs)"
    if [[ -d "$data" ]]; then
        local major wanted
        major="$(cat "$data/PG_VERSION")"
        wanted="$("$programs/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')"
        [[ "$major" == "$wanted" ]] ||
            fail "The database in $data is of PostgreSQL $major, this OpenPanel brings $wanted and cannot read it."
        database_settings | as_panel tee "$data/openpanel.conf" >/dev/null
        return
    fi
    doing "Making the database"
    local log="$home/log/initdb.log"
    rm -rf "$data.new"
    password postgres >/dev/null
    as_panel "$programs/initdb" -D "$data.new" --username=postgres --pwfile="$home/keys/postgres.password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 \
        --data-checksums >"$log" 2>&1 || fail "PostgreSQL could not make its folder: $(tail -n 1 "$log")" "All of it: $log"
    database_settings | as_panel tee "$data.new/openpanel.conf" >/dev/null
    printf "include 'openpanel.conf'\n" | as_panel tee -a "$data.new/postgresql.conf" >/dev/null
    # Single-user mode: one statement per line; the password is ours and hexadecimal.
    {
        printf "CREATE ROLE openpanel LOGIN CREATEROLE PASSWORD '%s';\n" "$(password database)"
        printf 'CREATE DATABASE openpanel OWNER openpanel;\n'
        printf 'REVOKE ALL ON DATABASE openpanel FROM PUBLIC;\n'
    } | as_panel "$programs/postgres" --single -D "$data.new" postgres >>"$log" 2>&1
    grep -qE '(ERROR|FATAL):' "$log" && fail "PostgreSQL could not make the panel's role: $(grep -E 'ERROR:|FATAL:' "$log" | head -n 1)"
    as_panel mv -T "$data.new" "$data"
}

# Written at each start. Nothing here trades durability for speed.
database_settings() {
    cat <<'TEXT'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 40
shared_buffers = 32MB
work_mem = 4MB
maintenance_work_mem = 32MB
effective_cache_size = 256MB
wal_buffers = 1MB
min_wal_size = 32MB
max_wal_size = 256MB
huge_pages = off
io_method = sync
max_worker_processes = 4
max_parallel_workers = 2
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 2
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = ''
log_min_messages = warning
lc_messages = 'C'
TEXT
}

database_ready() {
    [[ "$(sed -n '8s/ *$//p' "$home/data/pg/postmaster.pid" 2>/dev/null)" == ready ]]
}
