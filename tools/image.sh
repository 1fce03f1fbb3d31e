#!/usr/bin/env bash
# Builds the image of the Dockerfile with buildah, which needs no Docker engine,
# and starts what came of it. Wants root, buildah and Go.
#
# The base image of the build stage is made here of this machine's shell and Go,
# under the name that the Dockerfile has for it, so that no registry is asked and
# no module is fetched twice. What ends up in the image is the same.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { say "tools/image.sh: $*" >&2; exit 1; }

work=$(mktemp -d)
store() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
clean() {
	store umount --all >/dev/null 2>&1 || true
	rm -rf -- "$work"
}
trap clean EXIT

# The base: a shell, mkdir, what they load, and certificate authorities.
mkdir -p "$work/base"/{bin,tmp,usr/local/go,etc/ssl/certs}
for program in sh mkdir; do
	path=$(readlink -f "$(command -v "$program")")
	cp -- "$path" "$work/base/bin/$program"
	ldd "$path" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$work/base$(dirname "$library")"
		cp -L -- "$library" "$work/base$library"
	done
done
cp -- /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/"
base=$(sed -n 's/^FROM .* \(golang:[^ ]*\) AS build$/\1/p' Dockerfile)
[ -n "$base" ] || fail "the Dockerfile has no build stage from golang"
container=$(store from scratch)
store copy -q "$container" "$work/base" / >/dev/null
store config --env PATH=/usr/local/go/bin:/bin --env GOMODCACHE=/modules --env GOCACHE=/cache \
	--env GOPROXY=off --env GOTOOLCHAIN=local "$container"
store commit -q "$container" "docker.io/library/$base" >/dev/null

version=0.0.0-image
go mod download
store build -q --platform "linux/$(go env GOARCH)" --isolation chroot --pull-never --build-arg "VERSION=$version" \
	--volume "$(go env GOROOT):/usr/local/go:ro" \
	--volume "$(go env GOMODCACHE):/modules:ro" \
	--volume "$(go env GOCACHE):/cache" \
	--tag backout . >/dev/null

# What the image says of itself.
is() { [ "$2" = "$3" ] || fail "$1 is '$2', want '$3'"; }
config() { store inspect --type image --format "{{$1}}" backout; }
is "the user" "$(config .OCIv1.Config.User)" 65532:65532
is "the entry point" "$(config .OCIv1.Config.Entrypoint)" '[/backout]'
is "the command" "$(config .OCIv1.Config.Cmd)" '[serve]'
is "the volumes" "$(config .OCIv1.Config.Volumes)" 'map[/data:{}]'

# What is in it, and whose.
container=$(store from --pull-never backout)
root=$(store mount "$container")
files=$(cd "$root" && find . -mindepth 1 \( -type f -o -empty \) -printf '%P %m %U\n' | LC_ALL=C sort)
is "the content" "$files" "backout 755 0
data 755 65532
etc/ssl/certs/ca-certificates.crt 644 0"
grep -q 'BEGIN CERTIFICATE' "$root/etc/ssl/certs/ca-certificates.crt" || fail "no certificate authority"

# It starts as its user, with nothing around it, and knows time zones.
start() { chroot --userspec=65532:65532 "$root" /backout "$@"; }
is "the version" "$(start version)" "backout $version"
policy='{version: 1, timezone: Asia/Singapore, freeze: [{name: x, from: 2027-02-05T18:00, until: 2027-02-13T09:00}]}'
start policy check - <<<"$policy" || fail "a policy with a time zone is refused"

# It serves as the App, in the environment that the image gives, and its database
# takes writes: /data is enough. In the foreground, because timeout otherwise sends
# a signal to the process and to its group: two, of which the second one kills.
mapfile -t variables < <(config 'range .OCIv1.Config.Env}}{{println .}}{{end')
address=127.0.0.1:18099
env -i "${variables[@]}" BACKOUT_LISTEN=$address BACKOUT_APP_ID=1 BACKOUT_ACCOUNTS=acme BACKOUT_GITHUB_URL=http://127.0.0.1:9 \
	BACKOUT_PRIVATE_KEY="$(openssl genrsa 2048 2>/dev/null)" BACKOUT_WEBHOOK_SECRET="$(openssl rand -hex 32)" \
	"$(command -v timeout)" --foreground 60 "$(command -v chroot)" --userspec=65532:65532 "$root" /backout serve >"$work/log" 2>&1 &
server=$!
ready=
for _ in $(seq 100); do
	if ready=$(curl --silent --fail --noproxy '*' "http://$address/readyz"); then break; fi
	sleep 0.1
done
kill "$server"
wait "$server" || fail "serve did not stop as asked: $(cat "$work/log")"
is "what the server says" "$ready" ready
[ "$(stat -c %u "$root/data/backout.db")" = 65532 ] || fail "the database is not in /data"

say "image: $(du -sb "$root" | cut -f1) bytes, $(store images --format '{{.Size}}' backout)"
