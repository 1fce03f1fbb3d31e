#!/usr/bin/env bash
# Pictures of a golden file as GitHub shows it, light and dark:
#
#   tools/picture.sh internal/render/testdata/github/blocked.comment.md docs/images/comment [WIDTH]
#
# writes docs/images/comment-light.png and -dark.png, and beside them the text
# that they show, which a test holds against the golden file. It takes Debian's
# cmark-gfm (GitHub's own parser), chromium and pngquant, and npm for GitHub's own
# style sheet.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2; }
text=$1 out=$2 width=${3:-920}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm pack --silent --pack-destination "$work" github-markdown-css@5.9.0 >/dev/null
tar -xzf "$work"/github-markdown-css-*.tgz -C "$work"

# In a comment GitHub keeps line breaks.
body=$(cmark-gfm --unsafe --hardbreaks -e table -e strikethrough -e autolink -e tasklist "$text")

page() { # THEME BACKGROUND BORDER HEADER
	cat <<END
<!DOCTYPE html><meta charset="utf-8"><style>
$(cat "$work/package/github-markdown-$1.css")
body { margin: 0; padding: 16px; background: $2; width: ${width}px; box-sizing: border-box; }
article { border: 1px solid $3; border-radius: 6px; }
header { padding: 8px 16px; border-bottom: 1px solid $3; border-radius: 6px 6px 0 0; background: $4; color: #848d97;
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main { padding: 16px; background: $2 !important; border-radius: 0 0 6px 6px; }
</style><article><header><b>github-actions</b> bot</header><main class="markdown-body">
$body
</main></article><script>document.body.dataset.height = document.documentElement.scrollHeight</script>
END
}

browser() { # OPTIONS
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$(mktemp -d -p "$work")" --hide-scrollbars "$@" 2>>"$work/log" ||
		{ cat "$work/log" >&2; exit 1; }
}

picture() { # THEME
	local height
	height=$(browser --window-size="$width,600" --dump-dom "file://$work/$1.html" | sed -n 's/.*data-height="\([0-9]*\)".*/\1/p')
	browser --force-device-scale-factor=1.5 --window-size="$width,$height" --screenshot="$work/$1.png" "file://$work/$1.html"
	pngquant --force --strip --output "$out-$1.png" "$work/$1.png"
}

mkdir -p "$(dirname "$out")"
page light '#ffffff' '#d1d9e0' '#f6f8fa' >"$work/light.html"
page dark '#0d1117' '#3d444d' '#151b23' >"$work/dark.html"
picture light
picture dark
cp "$text" "$out.md"
