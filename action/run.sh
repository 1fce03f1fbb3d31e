#!/usr/bin/env bash
# Gets the program and runs "backout action". action.yml calls it and hands
# everything over in the environment.
#
# On a release action.yml names the version and the SHA-256 of each platform's
# archive, so that whoever pins the action's commit pins the program too.
# Nothing is unpacked before its checksum is right; that holds for a copy in the
# runner's tool cache as well, because other jobs may write there.
set -euo pipefail

# fail STATUS MESSAGE ends with an annotation. What is escaped is what would
# begin another workflow command. 2 is a mistake in the workflow, 3 says that
# there is no verdict.
fail() {
	local message=$2
	message=${message//'%'/%25}
	message=${message//$'\r'/%0D}
	message=${message//$'\n'/%0A}
	message=${message//'##['/'## ['}
	printf '::error title=backout::%s\n' "$message"
	exit "$1"
}

# platform sets os, arch and exe to what a release calls this runner.
platform() {
	case "${RUNNER_OS:-}" in
	Linux) os=linux exe='' ;;
	macOS) os=darwin exe='' ;;
	Windows) os=windows exe=.exe ;;
	*) os='' ;;
	esac
	case "${RUNNER_ARCH:-}" in
	X64) arch=amd64 ;;
	ARM64) arch=arm64 ;;
	*) arch='' ;;
	esac
	if [ -z "$os" ] || [ -z "$arch" ]; then
		fail 2 "There is no backout for this runner (${RUNNER_OS:-no RUNNER_OS}, ${RUNNER_ARCH:-no RUNNER_ARCH}). Run the job on Linux, macOS or Windows with X64 or ARM64, or build backout yourself and name it with the input 'binary'."
	fi
}

# checksum_of NAME prints the checksum that action.yml has for an archive.
checksum_of() {
	local sum name
	while read -r sum name; do
		if [ "$name" = "$1" ] && [[ $sum =~ ^[0-9a-f]{64}$ ]]; then
			printf '%s' "$sum"
			return
		fi
	done <<<"${BACKOUT_CHECKSUMS:-}"
}

sha256() {
	local sum
	if command -v sha256sum >/dev/null; then
		sum=$(sha256sum <"$1")
	else
		sum=$(shasum -a 256 <"$1")
	fi
	printf '%s' "${sum%% *}"
}

# from_release sets program to the released one, by way of the tool cache.
from_release() {
	local archive want got cache url
	archive=backout_${BACKOUT_VERSION}_${os}_${arch}.tar.gz
	want=$(checksum_of "$archive")
	[ -n "$want" ] ||
		fail 3 "action.yml has no checksum for $archive, so it cannot be checked and is not run. Use a release's tag as it is published, or name a backout of your own with the input 'binary'."
	cache=''
	if [ -n "${RUNNER_TOOL_CACHE:-}" ]; then
		cache=$RUNNER_TOOL_CACHE/backout/$BACKOUT_VERSION/$arch
	fi
	program=$work/backout$exe

	# The copy is checked, not the original: that cannot be changed in between.
	if [ -n "$cache" ] && cp -- "$cache/$archive" "$work/$archive" 2>/dev/null &&
		[ "$(sha256 "$work/$archive")" = "$want" ]; then
		unpack "$archive"
		return
	fi

	url=${DOWNLOAD_URL%/}/v$BACKOUT_VERSION/$archive
	[[ $url =~ ^https?://[^[:space:]]+$ ]] ||
		fail 2 "The input 'download-url' is no http or https address: $DOWNLOAD_URL"
	command -v curl >/dev/null ||
		fail 3 "curl is not on this runner, so backout could not be downloaded. Install curl, or put backout on the runner and name it with the input 'binary'."
	curl --fail --silent --show-error --location --proto '=http,https' --retry 3 \
		--connect-timeout 15 --max-time 180 --output "$work/$archive" "$url" ||
		fail 3 "backout could not be downloaded from $url. Where this runner reaches no such address, name a copy of the releases with the input 'download-url', or a program with 'binary'."
	got=$(sha256 "$work/$archive")
	[ "$got" = "$want" ] ||
		fail 3 "$url is not the archive of this release: its SHA-256 is $got and must be $want. It was not unpacked and nothing of it was run. Look into who changed it before you try again."
	unpack "$archive"
	# A cache that cannot be written costs the next job a download, nothing else.
	if [ -n "$cache" ]; then
		{ mkdir -p -- "$cache" && cp -- "$work/$archive" "$cache/$archive.$$" &&
			mv -f -- "$cache/$archive.$$" "$cache/$archive"; } 2>/dev/null || true
	fi
}

# unpack ARCHIVE takes the program, and no other file, out of a checked archive.
unpack() {
	(cd -- "$work" && tar -xzf "$1" "backout$exe") ||
		fail 3 "$1 has the right checksum and could not be unpacked. Is the disk of the runner full?"
}

# from_source sets program to what the source beside this script builds.
from_source() {
	local source
	command -v go >/dev/null ||
		fail 2 "This commit of the action is no release, so backout is built from its source, and Go is not on this runner. Use a release's tag, or run actions/setup-go in a step before."
	source=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
	program=$work/backout$exe
	# Whatever git says of the folder is not asked for: the checkout may be of
	# another user, and then the build would fail.
	(cd -- "$source" && CGO_ENABLED=0 GOWORK=off go build -trimpath -buildvcs=false -o "$program" ./cmd/backout) ||
		fail 3 "backout could not be built from the source in $source. The lines above say why; a release's tag needs no build."
}

if [ -n "${BINARY:-}" ]; then
	program=$BINARY
	[ -f "$program" ] || fail 2 "The input 'binary' names no file: $program"
	[ -x "$program" ] || fail 2 "The input 'binary' names a file that cannot be run: $program. Make it executable."
	case "$program" in
	*/* | *\\*) ;;
	*) program=./$program ;; # a file of this folder, and no command of that name
	esac
else
	platform
	# The runner empties its RUNNER_TEMP after the job.
	temp=$(cd -- "${RUNNER_TEMP:-${TMPDIR:-/tmp}}" && pwd)
	work=$(mktemp -d "$temp/backout.XXXXXX")
	if [ -n "${BACKOUT_VERSION:-}" ]; then
		from_release
	else
		from_source
	fi
fi

exec "$program" action
