package checks

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"
)

// inputDigest identifies what a verdict was made from. Two evaluations with
// the same digest give the same verdict.
func inputDigest(p Policy, c Change, at time.Time) string {
	patches := patchDigest(c.Files)
	files := make([]File, len(c.Files))
	for i, f := range c.Files {
		f.Patch = ""
		files[i] = f
	}
	c.Files = files
	return digest(struct {
		Policy   Policy
		Zones    []string
		Change   Change
		Patches  string
		Boundary string
	}{p, zones(p), c, patches, lastBoundary(p, c, at).UTC().Format(time.RFC3339)})
}

// patchDigest covers the patches, each behind its length. They are most of what
// there is of a change, too much to be written out again.
func patchDigest(files []File) string {
	h := sha256.New()
	w := bufio.NewWriterSize(h, 1024) // which copies into room of its own; a hash never fails
	var length [8]byte
	for _, f := range files {
		binary.LittleEndian.PutUint64(length[:], uint64(len(f.Patch)))
		_, _ = w.Write(length[:])
		_, _ = w.WriteString(f.Patch)
	}
	_ = w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}

// zones names the zones of a policy, which as values show nothing of
// themselves.
func zones(p Policy) []string {
	var names []string
	for _, w := range p.Freeze.Windows {
		names = append(names, zoneOf(w.Location))
	}
	names = append(names, zoneOf(p.Hours.Location))
	for _, s := range p.Hours.And {
		names = append(names, zoneOf(s.Location))
	}
	if p.Floor != nil {
		names = append(names, zones(*p.Floor)...)
	}
	return names
}

func zoneOf(zone *time.Location) string {
	if zone == nil {
		return "UTC"
	}
	return zone.String()
}

// lastBoundary is the newest boundary of a freeze or an override at or before a
// time, or zero.
func lastBoundary(p Policy, c Change, at time.Time) time.Time {
	var last time.Time
	if c.Override != nil && c.Override.ended(at) {
		last = c.Override.Expires
	}
	for _, w := range p.Freeze.Windows {
		for _, t := range []time.Time{w.From, w.Until} {
			if !t.After(at) && t.After(last) {
				last = t
			}
		}
	}
	if p.Floor != nil {
		if t := lastBoundary(*p.Floor, c, at); t.After(last) {
			last = t
		}
	}
	return last
}

// outputDigest identifies what a verdict shows, without the time at which it
// was made.
func outputDigest(v Verdict) string {
	v.JudgedAt, v.InputDigest, v.OutputDigest = time.Time{}, "", ""
	return digest(v)
}

func digest(v any) string {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(v); err != nil {
		return "" // every field is plain data
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
