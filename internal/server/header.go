package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"mime"
	"net/http"
	"strings"

	"github.com/backout-dev/backout/internal/metrics"
)

// header is what the headers of a delivery say.
type header struct {
	event     string
	guid      string // not covered by the signature
	signature []byte
}

// refusal is why a delivery is not accepted.
type refusal struct {
	status  int
	outcome string // for the metrics
	text    string // for GitHub's delivery log
	// fix is for the operator, where a setting may be to blame; empty: none is.
	fix string
}

// The refusals. None says more than its sender could know.
var (
	refuseForm     = &refusal{http.StatusUnsupportedMediaType, "form", "the content type must be application/json; set it in the webhook's settings", "choose application/json as the content type on the App's page"}
	refuseEncoding = &refusal{http.StatusUnsupportedMediaType, "encoded", "an encoded body is not accepted", ""}
	refuseHeaders  = &refusal{http.StatusBadRequest, "headers", "X-GitHub-Event or X-GitHub-Delivery is missing or not what GitHub sends", ""}
	refuseUnsigned = &refusal{http.StatusUnauthorized, "unsigned", "X-Hub-Signature-256 is missing or not sha256= and 64 hexadecimal digits; set a secret in the webhook's settings", "set a webhook secret on the App's page, and the same here"}
	refuseForged   = &refusal{http.StatusUnauthorized, metrics.Forged, "the signature matches no webhook secret", "compare webhook-secret with the secret on the App's page; where they agree, somebody else sends"}
	refuseEmpty    = &refusal{http.StatusBadRequest, "empty", "the body is empty", ""}
	refuseLarge    = &refusal{http.StatusRequestEntityTooLarge, "too-large", "the body is larger than 26 MB", ""}
	refuseSlow     = &refusal{http.StatusRequestTimeout, "slow", "the body took longer than 10 s", ""}
	refuseCut      = &refusal{http.StatusBadRequest, "cut", "the body ended early", ""}
	refuseBusy     = &refusal{http.StatusServiceUnavailable, "busy", "too many deliveries at once; redeliver this later", ""}

	refuseMalformed = &refusal{http.StatusBadRequest, "malformed", "the body is not a JSON object", ""}
)

// maxHeader bounds an event's name and a delivery's id, in bytes.
const maxHeader = 64

// readHead checks what can be checked before a byte of the body is read.
func readHead(r *http.Request) (h header, refused *refusal) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return h, refuseForm
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return h, refuseEncoding
	}
	h.event, h.guid = r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery")
	if !isToken(h.event, "_") || !isToken(h.guid, "-") {
		return h, refuseHeaders
	}
	// A signature by SHA-1, in X-Hub-Signature, is never looked at.
	digits, found := strings.CutPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")
	signature, err := hex.DecodeString(digits)
	if !found || err != nil || len(signature) != sha256.Size {
		return h, refuseUnsigned
	}
	h.signature = signature
	switch {
	case r.ContentLength == 0:
		return h, refuseEmpty
	case r.ContentLength > maxBody:
		return h, refuseLarge
	}
	return h, nil
}

// isToken reports a text of letters, digits and one more character.
func isToken(s, more string) bool {
	if s == "" || len(s) > maxHeader {
		return false
	}
	return strings.IndexFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(more, c))
	}) < 0
}

// signature computes what each of the secrets makes of a body while it is read.
type signature struct{ of []hash.Hash }

func newSignature(secrets [][]byte) *signature {
	s := &signature{of: make([]hash.Hash, len(secrets))}
	for i, secret := range secrets {
		s.of[i] = hmac.New(sha256.New, secret)
	}
	return s
}

func (s *signature) write(p []byte) {
	for _, h := range s.of {
		h.Write(p)
	}
}

// matches reports whether one of the secrets made the signature. How long it
// takes says nothing about any of them.
func (s *signature) matches(want []byte) bool {
	found := false
	for _, h := range s.of {
		if hmac.Equal(h.Sum(nil), want) {
			found = true
		}
	}
	return found
}
