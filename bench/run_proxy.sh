#!/bin/sh
# CPU per request and saturated throughput of our pass-through proxy beside nginx proxy_pass, over
# one nginx upstream on loopback: POST of 1 KiB, answer of 1 KiB, keep-alive, one thread each.
# Rounds alternate; the table gives medians and, first of all, ratios. CPU is what the kernel charged to the
# processes (utime and stime), over the requests that wrk counted.
#
#   bench/run_proxy.sh [ROUNDS] [SECONDS] [CONNECTIONS]     (needs wrk, nginx, the preset `bench`)
set -eu
rounds=${1:-5} seconds=${2:-3} connections=${3:-16}
root=$(cd "$(dirname "$0")/.." && pwd)
proxy=$root/build/bench/bench/what_does_a_proxied_request_cost
[ -x "$proxy" ] || { echo "build it first: cmake --preset bench && ninja -C build/bench $(basename "$proxy")" >&2; exit 1; }
work=$(mktemp -d)
upstream_port=18471 nginx_port=18472 ours_port=18473
kilobyte=$(head -c 1000 /dev/zero | tr '\0' x)

write_nginx() { # name, server block
  mkdir -p "$work/$1"
  cat > "$work/$1/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/$1/pid; error_log $work/$1/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; client_body_buffer_size 64k;
  client_body_temp_path $work/$1/body; proxy_temp_path $work/$1/proxy; fastcgi_temp_path $work/$1/f;
  uwsgi_temp_path $work/$1/u; scgi_temp_path $work/$1/s;
  $2
}
CONF
  nginx -e "$work/$1/error.log" -p "$work/$1" -c "$work/$1/nginx.conf" &
  echo $! > "$work/$1/master"
}
write_nginx upstream "server { listen 127.0.0.1:$upstream_port; location / {
  default_type application/json; return 200 '{\"choices\":\"$kilobyte\"}'; } }"
write_nginx proxy "upstream u { server 127.0.0.1:$upstream_port; keepalive 64; keepalive_requests 100000000; }
  server { listen 127.0.0.1:$nginx_port; location / {
  proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ''; } }"
total=$((rounds * 3 * (seconds + 2) + 30))
"$proxy" $ours_port "http://127.0.0.1:$upstream_port" $total &
ours=$!
finish() {
  kill "$ours" "$(cat "$work/upstream/master")" "$(cat "$work/proxy/master")" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
sleep 1
cat > "$work/post.lua" <<LUA
wrk.method = "POST"; wrk.body = '{"messages":"$kilobyte"}'
wrk.headers["Content-Type"] = "application/json"
LUA

cpu_ticks() { # pid and its children
  for pid in "$1" $(pgrep -P "$1" || true); do cut -d')' -f2 "/proc/$pid/stat"; done |
    awk '{ ticks += $12 + $13 } END { print ticks }'
}
measure() { # name, port, pid
  before=$(cpu_ticks "$3")
  requests=$(wrk -t1 -c"$connections" -d"${seconds}s" -s "$work/post.lua" "http://127.0.0.1:$2/v1" |
    awk '/requests in/ { n = $1 } /Non-2xx|Socket errors/ { bad = 1 } END { if (bad || !n) exit 1; print n }')
  after=$(cpu_ticks "$3")
  awk -v name="$1" -v n="$requests" -v ticks="$((after - before))" -v hz="$(getconf CLK_TCK)" -v s="$seconds" \
    'BEGIN { printf "%s %.0f %.2f\n", name, n / s, ticks / hz * 1e6 / n }' | tee -a "$work/raw"
}
for round in $(seq "$rounds"); do
  measure direct $upstream_port "$(cat "$work/upstream/master")"
  measure nginx $nginx_port "$(cat "$work/proxy/master")"
  measure ours $ours_port "$ours"
done
echo "--- raw above: name, requests/s, CPU microseconds per request; medians of $rounds rounds:"
python3 - "$work/raw" <<'PY'
import statistics, sys
rows = [line.split() for line in open(sys.argv[1])]
rate = {n: statistics.median(float(r[1]) for r in rows if r[0] == n) for n in ("direct", "nginx", "ours")}
cpu = {n: statistics.median(float(r[2]) for r in rows if r[0] == n) for n in ("direct", "nginx", "ours")}
spread = [float(r[1]) for r in rows if r[0] == "direct"]
print(f"CPU per request, ours / nginx: {cpu['ours'] / cpu['nginx']:.2f}   ({cpu['ours']:.1f} us / {cpu['nginx']:.1f} us)")
print(f"throughput, ours / nginx: {rate['ours'] / rate['nginx']:.2f}, ours / direct: {rate['ours'] / rate['direct']:.2f}")
print(f"direct baseline moved by {max(spread) / min(spread) - 1:.0%} over the run" +
      ("; THROW THIS RUN AWAY" if max(spread) / min(spread) > 1.25 else ""))
PY
