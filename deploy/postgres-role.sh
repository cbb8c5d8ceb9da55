#!/bin/sh
# Run once, when the database server starts on an empty volume: the bot's own role and database.
# The server's superuser is asked for no row-level security; the bot must not be one.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set "user=$BOT_USER" --set "password=$(cat "$BOT_PASSWORD_FILE")" <<'SQL'
CREATE ROLE :"user" LOGIN PASSWORD :'password' NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
CREATE DATABASE :"user" OWNER :"user";
SQL
