#!/bin/sh
# Keeps the database busy with the ordinary transactions of pgbench; goes on after the database was away.
until pg_isready --quiet; do sleep 1; done
psql --quiet --command='select 1 from pgbench_accounts limit 1' >/dev/null 2>&1 || pgbench --initialize --quiet --scale=1
while true; do
  pgbench --no-vacuum --rate="$1" --client=2 --time=120 --progress=30
  sleep 2
done
