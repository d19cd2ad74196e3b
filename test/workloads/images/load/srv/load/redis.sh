#!/bin/sh
# Keeps the cache busy: a few hundred commands of each kind, a pause of so many seconds, and again.
while true; do
  redis-benchmark -h cache -n 300 -c 3 -r 1000 -d 64 -t set,get,incr,lpush,hset -q
  sleep "$1"
done
