package gh

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"

	"github.com/backout-dev/backout/internal/diff"
)

// kind is what to do about a call that did not come off.
type kind int

const (
	passing       kind = iota // another try may help
	limited                   // another try helps after a while
	unauthorized1             // one more try may help
	refused                   // the token may not
	gone                      // it is not there
	final                     // another try does not help
)

// fault is why a call did not come off, in our words: what a server says may
// hold what an author wrote.
type fault struct {
	kind   kind
	why    string
	lacks  bool // refused because the token has not the permission
	asleep bool // refused because somebody archived or suspended it
	after  time.Duration
	both   bool // of a limit: it counts for REST and GraphQL
	unsent bool // it certainly did not arrive
}

// fault judges the error of one try.
func (c *Client) fault(err error) fault {
	var graph *graphFault
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	var otp *github.TwoFactorAuthError
	var accepted *github.AcceptedError
	var token *ghinstallation.HTTPError
	switch {
	case errors.As(err, &token):
		return c.withoutToken(token)
	case errors.As(err, &graph):
		return graph.fault
	case errors.As(err, &primary):
		return c.limit(primary.Response, "").unsaid(primary.Response, primary.Rate.Reset.Sub(c.opt.Now()))
	case errors.As(err, &secondary):
		f := c.limit(secondary.Response, "secondary rate limit")
		if secondary.RetryAfter == nil {
			return f
		}
		return f.unsaid(secondary.Response, *secondary.RetryAfter)
	case errors.As(err, &accepted):
		return fault{why: "HTTP 202"}
	case errors.As(err, &otp):
		return fault{kind: refused, why: "a second factor is asked for (HTTP 401)"}
	case errors.As(err, &answer) && answer.Response != nil:
		return c.answered(answer)
	}
	return broken(err)
}

// withoutToken judges a call that was not made, because the installation's token
// could not be had.
func (c *Client) withoutToken(e *ghinstallation.HTTPError) fault {
	var f fault
	switch {
	case e.Response == nil:
		f = broken(e)
	default:
		f = c.answered(&github.ErrorResponse{Response: e.Response, Message: saidBy(e.Response)})
	}
	f.why, f.unsent = "no token for the installation: "+f.why, true
	return f
}

// maxSaid is how much of an error's text is read, in bytes.
const maxSaid = 64 << 10

// saidBy reads the message of an answer that the library did not read, and
// closes it.
func saidBy(r *http.Response) string {
	if r.Body == nil {
		return ""
	}
	defer r.Body.Close()
	var said struct{ Message string }
	_ = json.NewDecoder(io.LimitReader(r.Body, maxSaid)).Decode(&said) // what it does not say does not count
	return said.Message
}

// answered judges an answer by its status.
func (c *Client) answered(e *github.ErrorResponse) fault {
	status := e.Response.StatusCode
	why := fmt.Sprintf("HTTP %d", status)
	switch {
	case status == http.StatusTooManyRequests,
		status == http.StatusForbidden && (e.Response.Header.Get("Retry-After") != "" || saysLimit(e.Message) || pointsToLimit(e.DocumentationURL)):
		return c.limit(e.Response, e.Message+" "+e.DocumentationURL)
	case status == http.StatusUnauthorized:
		return fault{kind: unauthorized1, why: "GitHub does not know the token (HTTP 401)"}
	case status == http.StatusForbidden:
		return forbidden(e.Message)
	case status == http.StatusUnavailableForLegalReasons:
		return fault{kind: refused, why: "GitHub withholds it for legal reasons (HTTP 451)"}
	case status == http.StatusNotFound || status == http.StatusGone:
		return fault{kind: gone, why: why}
	case status == http.StatusRequestTimeout || status >= 500:
		return fault{kind: passing, why: why}
	case status == http.StatusUnprocessableEntity:
		return fault{kind: refused, why: "GitHub does not take it" + fields(e.Errors) + " (HTTP 422)"}
	}
	return fault{kind: final, why: why}
}

// fields names the fields that GitHub objects to, by names of its own only.
func fields(errs []github.Error) string {
	var all []string
	for _, e := range errs {
		if word.MatchString(e.Field) && word.MatchString(e.Code) && len(all) < 5 {
			all = append(all, e.Field+" is "+e.Code)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, ", ")
}

var word = regexp.MustCompile(`^[a-z_]{1,40}$`)

const suspension = "the installation or the account is suspended (HTTP 403)"

// forbidden puts the refusals that have a remedy into words. What it looks for
// holds a space, as no name of an account or a repository does that GitHub may
// repeat in its message.
func forbidden(message string) fault {
	message = strings.ToLower(message)
	for _, known := range []struct {
		says, why string
		asleep    bool
	}{
		{"can only be modified by the github app that created it", "another App made it (HTTP 403)", false},
		{"ip allow list", "the organisation's list of allowed addresses does not hold this one (HTTP 403)", false},
		{"was archived", "the repository is archived (HTTP 403)", true},
		{"is archived", "the repository is archived (HTTP 403)", true},
		{"been suspended", suspension, true},
		{"was suspended", suspension, true},
		{"is suspended", suspension, true},
		{"saml enforcement", "the organisation asks for single sign-on, which the token has not gone through (HTTP 403)", false},
		{"oauth app access restrictions", "the organisation restricts applications (HTTP 403)", false},
	} {
		if strings.Contains(message, known.says) {
			return fault{kind: refused, why: known.why, asleep: known.asleep}
		}
	}
	return fault{kind: refused, why: "GitHub refuses (HTTP 403)", lacks: strings.Contains(message, "resource not accessible")}
}

// saysLimit reports a refusal for the rate, which GitHub sends as 403 as well. As
// in forbidden, a name is no such words.
func saysLimit(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "rate limit") || strings.Contains(message, "abuse detection")
}

// pointsToLimit reports GitHub's page on limits.
func pointsToLimit(address string) bool {
	return strings.Contains(address, "rate-limit") || strings.Contains(address, "abuse")
}

// limit reads until when to wait: Retry-After first, then the reset of an
// exhausted limit, else a minute.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
func (c *Client) limit(r *http.Response, says string) fault {
	f := fault{kind: limited, why: "GitHub's rate limit", after: limitPause}
	if r == nil {
		return f
	}
	exhausted := r.Header.Get("X-RateLimit-Remaining") == "0"
	f.both = !exhausted || strings.Contains(strings.ToLower(says), "secondary")
	if f.both {
		f.why = "GitHub's secondary rate limit"
	}
	// The server's clock, where it tells it: ours may be wrong.
	now := c.opt.Now()
	if date, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		now = date
	}
	if after := r.Header.Get("Retry-After"); after != "" {
		if seconds, err := strconv.Atoi(after); err == nil && seconds >= 0 {
			f.after = time.Duration(seconds) * time.Second
			return f
		}
		if at, err := http.ParseTime(after); err == nil {
			f.after = max(at.Sub(now), 0)
			return f
		}
	}
	if reset, err := strconv.ParseInt(r.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil && exhausted {
		f.after = max(time.Unix(reset, 0).Sub(now), 0) + time.Second
	}
	return f
}

// unsaid takes the time to wait from go-github where there was no answer to read
// it from: it refuses calls by itself.
func (f fault) unsaid(r *http.Response, after time.Duration) fault {
	if r == nil || len(r.Header) == 0 {
		f.after = max(after, 0)
	}
	return f
}

// broken judges a call that got no whole answer.
func broken(err error) fault {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var network *net.OpError
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	var list *diff.Error
	switch {
	case errors.Is(err, errForeign):
		return fault{kind: final, why: "it redirects to another host"}
	case errors.Is(err, errRedirect):
		return fault{kind: final, why: errRedirect.Error()}
	case errors.Is(err, errTooLarge):
		return fault{kind: final, why: errTooLarge.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		return fault{why: "no answer in time"}
	case errors.As(err, &dns):
		return fault{why: "the name of the host is not known", unsent: true}
	case errors.As(err, &certificate):
		return fault{why: "the host's certificate is not trusted", unsent: true}
	case errors.As(err, &network) && network.Op == "dial":
		return fault{why: "no connection", unsent: true}
	case errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
		return fault{why: "the connection broke"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.As(err, &syntax):
		return fault{why: "the answer was cut off"}
	case errors.As(err, &shape), errors.As(err, &list), errors.Is(err, errShape):
		return fault{why: "the answer has another form than GitHub documents"}
	}
	return fault{why: "the connection failed"}
}

var errShape = errors.New("not the documented form")
