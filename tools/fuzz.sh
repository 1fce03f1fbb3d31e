#!/usr/bin/env bash
# Runs every fuzz target of the module for a while: tools/fuzz.sh 10s
#
# "go test -fuzz" takes one target at a time, so they are looked up by name. A
# new target is found without being listed anywhere.
set -euo pipefail

go=${GO:-go}
time=${1:-10s}
found=0

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The fuzzer sometimes reports the end of its own time as a failure, with no
# input that failed and nothing but "context deadline exceeded"
# (https://github.com/golang/go/issues/75804). Everything else is a find.
clock_only() {
	grep -q '^ *context deadline exceeded$' "$log" && ! grep -qE 'Failing input|panic:|_test\.go:|fuzzing process' "$log"
}

# Without a limit of its own, making one find smaller may take a minute longer
# than the time that was asked for.
while IFS=: read -r file target; do
	found=$((found + 1))
	echo "fuzz $target in ${file%/*} for $time"
	if ! $go test "${file%/*}" -run='^$' -fuzz="^$target\$" -fuzztime="$time" -fuzzminimizetime=20x 2>&1 | tee "$log"; then
		clock_only || exit 1
		echo "the fuzzer was cut off by its own clock; no input failed"
	fi
done < <(grep -rHoE --include='*_test.go' --exclude-dir=bench '^func Fuzz[A-Za-z0-9_]*' . | sed 's/:func /:/' | sort)

echo "$found fuzz targets ran for $time each"
[ "$found" -gt 0 ]
