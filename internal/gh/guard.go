package gh

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// maxAnswer bounds one answer, in bytes. The largest honest ones are pages of a
// hundred files with their patches, about a megabyte.
const maxAnswer = 32 << 20

var (
	errForeign  = errors.New("the address belongs to another host")
	errTooLarge = errors.New("the answer is larger than 32 MB")
	errRedirect = errors.New("a redirect that cannot be followed")
)

// guard sends what goes to GitHub: it adds the token, to GitHub's own hosts
// only, and bounds what comes back.
type guard struct {
	hosts Hosts
	token string
	next  http.RoundTripper
}

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if !g.hosts.serves(r.URL) {
		return nil, errForeign
	}
	r = r.Clone(r.Context())
	if g.token != "" {
		r.Header.Set("Authorization", "Bearer "+g.token)
	}
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &bounded{r: resp.Body, c: resp.Body, left: maxAnswer}
	if wantsJSON(r, resp) {
		// go-github takes an empty answer for an empty list, and a list that was
		// cut off is not empty.
		b := &begun{ReadCloser: resp.Body}
		if _, err := io.ReadFull(b, b.first[:]); err != nil {
			resp.Body.Close() //nolint:errcheck,gosec // it was only read
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		b.again = true
		resp.Body = b
	}
	return resp, nil
}

// begun is a body whose first byte was read and is read again.
type begun struct {
	io.ReadCloser
	first [1]byte
	again bool
}

func (b *begun) Read(p []byte) (int, error) {
	if b.again && len(p) > 0 {
		b.again = false
		return copy(p, b.first[:]), nil
	}
	return b.ReadCloser.Read(p)
}

func wantsJSON(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode/100 == 2 && resp.StatusCode != http.StatusNoContent && !strings.Contains(r.Header.Get("Accept"), ".raw")
}

// follow lets redirects pass that GitHub uses for repositories with a new name:
// to its own host, and with the method that was meant.
func (g guard) follow(r *http.Request, via []*http.Request) error {
	switch {
	case !g.hosts.serves(r.URL):
		return errForeign
	case len(via) > 3 || r.Method != via[0].Method:
		return errRedirect
	}
	return nil
}

// bounded reads so much and no more.
type bounded struct {
	r    io.Reader
	c    io.Closer
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

func (b *bounded) Close() error { return b.c.Close() }
