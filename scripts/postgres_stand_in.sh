#!/bin/bash
# Stands for the entry point of the image postgres: a folder of data for the settings that compose.yaml gives, made as
# root and used as postgres, with passwords asked of whoever comes over the network.
set -eu
data=/var/lib/postgresql/data
programs=$(echo /usr/lib/postgresql/*/bin)
if [ "$(id -u)" = 0 ]; then
    chown postgres "$data" /run/postgresql
    chmod 700 "$data"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
    "$programs/initdb" --pgdata="$data" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
    echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
    "$programs/pg_ctl" --pgdata="$data" --wait --options="-c listen_addresses=''" start
    "$programs/createdb" --username="$POSTGRES_USER" --host=/run/postgresql "$POSTGRES_DB"
    "$programs/pg_ctl" --pgdata="$data" --wait stop
fi
exec "$programs/postgres" -D "$data" -c "listen_addresses=*"
