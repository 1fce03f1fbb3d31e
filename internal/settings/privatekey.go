package settings

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

func setPrivateKey(r *reader, v value) (string, bool) {
	return r.takeKey(v, v.text(), "")
}

func setPrivateKeyFile(r *reader, v value) (string, bool) {
	if is := noPath(v.text()); is != "" {
		r.problem(v, "this is "+is+", and the path of a file is wanted", "write the path of the .pem file that GitHub gave you, or give private-key the key itself")
		return "", false
	}
	data, err := r.ReadFile(v.text())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.problem(v, fmt.Sprintf("there is no file %s", v.text()), "write the path of the .pem file that GitHub gave you")
	case errors.Is(err, fs.ErrPermission):
		r.problem(v, fmt.Sprintf("the file %s may not be read", v.text()), "let the user that the server runs as read it")
	case err != nil:
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		r.problem(v, fmt.Sprintf("the file %s cannot be read: %v", v.text(), err), "write the path of the .pem file that GitHub gave you")
	default:
		return r.takeKey(v, string(data), v.text())
	}
	return "", false
}

// takeKey takes the private key out of a text, which is the file's if there is one.
func (r *reader) takeKey(v value, text, file string) (string, bool) {
	key, is := parseKey(text)
	if key == nil {
		subject := "this is "
		if file != "" {
			subject = file + " is "
		}
		r.problem(v, subject+is, "give the private key that GitHub made for the App: a .pem file that begins with -----BEGIN RSA PRIVATE KEY-----")
		return "", false
	}
	r.settings.PrivateKey = key
	shown := Fingerprint(key)
	if file != "" {
		shown = file + ", " + shown
	}
	return shown, true
}

// Fingerprint is a key's, as GitHub shows it on the App's page.
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps
func Fingerprint(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "no fingerprint"
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// maxWraps is how often a key may be wrapped in base64.
const maxWraps = 3

// parseKey finds the key in any common wrapping: PEM with line ends of any kind,
// with \n written out, with spaces in their place, in quotes, base64 of it. Where
// there is none it says what the text is instead, without showing it.
func parseKey(text string) (key *rsa.PrivateKey, is string) {
	wrapped := ""
	for range maxWraps {
		text = unquote(text)
		if begin := strings.Index(text, "-----BEGIN "); begin >= 0 {
			key, is := parsePEM(text[begin:])
			return key, wrapped + is
		}
		if known := looksLike(text); known != "" {
			return nil, wrapped + known
		}
		data, ok := decode(text)
		if !ok {
			break
		}
		if key, err := parseDER(data); err == nil {
			return key, ""
		}
		if !strings.Contains(string(data), "-----BEGIN ") && !isText(data) {
			return nil, wrapped + "base64 of something that is no private key"
		}
		wrapped += "base64 of "
		text = string(data)
	}
	return nil, wrapped + "no private key"
}

// unquote takes off what surrounds a value in shells and files of variables.
func unquote(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	for len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	return strings.TrimSpace(strings.NewReplacer(`\r`, "", `\n`, "\n", "\r\n", "\n", "\r", "\n").Replace(text))
}

var block = regexp.MustCompile(`(?s)^-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END ([A-Z0-9 ]{1,40})-----`)

// parsePEM reads a text that begins as PEM does.
func parsePEM(text string) (*rsa.PrivateKey, string) {
	parts := block.FindStringSubmatch(text)
	switch {
	case parts == nil:
		return nil, "a PEM that is cut short"
	case parts[1] != parts[3]:
		return nil, "a PEM whose end does not match its begin"
	case parts[1] == "ENCRYPTED PRIVATE KEY", strings.Contains(parts[2], "ENCRYPTED"):
		return nil, "a private key with a passphrase"
	}
	if what, other := otherPEM[parts[1]]; other {
		return nil, what
	}
	data, ok := decode(parts[2])
	if !ok {
		return nil, "a PEM with characters that do not belong there"
	}
	key, err := parseDER(data)
	if err != nil {
		return nil, "a PEM that is damaged: " + err.Error()
	}
	return key, ""
}

// otherPEM is what else is written as PEM.
var otherPEM = map[string]string{
	"PUBLIC KEY":          "a public key",
	"RSA PUBLIC KEY":      "a public key",
	"CERTIFICATE":         "a certificate",
	"CERTIFICATE REQUEST": "a certificate request",
	"EC PARAMETERS":       "an elliptic-curve key, and an App's is RSA",
	"EC PRIVATE KEY":      "an elliptic-curve key, and an App's is RSA",
	"OPENSSH PRIVATE KEY": "an SSH key",
}

func parseDER(data []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(data); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(data)
	if err != nil {
		return nil, errors.New("some of it is missing or changed")
	}
	if rsaKey, ok := key.(*rsa.PrivateKey); ok {
		return rsaKey, nil
	}
	return nil, errors.New("it holds a key that is not RSA")
}

// decode reads base64 of either alphabet, with or without spaces, padding and
// all of its end.
func decode(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	data, err := base64.RawStdEncoding.DecodeString(text)
	return data, err == nil && len(data) > 0
}

func isText(data []byte) bool {
	for _, b := range data {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' || b > '~' {
			return false
		}
	}
	return true
}

// lookalike is something else that is found on the App's page, or nearby.
type lookalike struct {
	is      string
	pattern *regexp.Regexp
}

// secrets are those that nobody may see.
var secrets = []lookalike{
	{"a client secret", regexp.MustCompile(`^[0-9a-f]{40}$`)},
	{"a token", regexp.MustCompile(`^(gh[oprsu]|github_pat)_[0-9A-Za-z_]{10,}`)},
	{"a webhook secret or another one in hexadecimal digits", regexp.MustCompile(`^[0-9a-f]{32,128}$`)},
	{"a private key", regexp.MustCompile(`-----BEGIN `)},
}

// lookalikes are all of them.
var lookalikes = append(secrets[:len(secrets):len(secrets)], []lookalike{
	{"a client id", regexp.MustCompile(`^Iv[0-9A-Za-z]+\.?[0-9A-Za-z]{8,}$`)},
	{"the App's id", regexp.MustCompile(`^[0-9]{1,12}$`)},
	{"the key's fingerprint", regexp.MustCompile(`^SHA256:`)},
	{"an SSH public key", regexp.MustCompile(`^ssh-`)},
	{"a JSON document", regexp.MustCompile(`^\{`)},
	{"the name of a file; private-key-file takes one", regexp.MustCompile(`^[^\n]{1,200}\.(pem|key|txt)$|^\.{0,2}/[^\n]{1,60}$`)},
}...)

func looksLike(text string) string {
	switch {
	case text == "":
		return "empty"
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return "a text in UTF-16, and UTF-8 is wanted"
	}
	return first(lookalikes, text)
}

// secret says which secret a text is; empty: none that is known by its looks.
func secret(text string) string { return first(secrets, text) }

func first(known []lookalike, text string) string {
	for _, l := range known {
		if l.pattern.MatchString(text) {
			return l.is
		}
	}
	return ""
}

// maxPath is above the length, in bytes, of any path that people use, and below
// that of a key.
const maxPath = 512

// isContent reports what is in a file, where its path is wanted: it may hold
// secrets, and is not shown.
func isContent(text string) bool { return len(text) > maxPath || strings.ContainsAny(text, "\r\n") }

// noPath says what a text is that cannot be meant as the path of a key; empty: it
// is one.
func noPath(text string) string {
	if is := secret(text); is != "" {
		return is
	}
	if key, _ := parseKey(text); key != nil {
		return "a private key"
	}
	if isContent(text) {
		return "what a file may hold"
	}
	return ""
}
