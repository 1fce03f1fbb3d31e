package settings_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
)

// A key for the tests alone, in the two forms of PEM.
var (
	testKey = generate()
	pkcs1   = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(testKey)}))
	pkcs8   = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(testKey))}))
)

func generate() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestKeysInEveryWrapping(t *testing.T) {
	inBase64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	wrapped := func(s string) string { // as base64(1) breaks lines
		var lines []string
		for s = inBase64(s); len(s) > 76; s = s[76:] {
			lines = append(lines, s[:76])
		}
		return strings.Join(append(lines, s), "\n")
	}
	lineEnds := func(with string) string { return strings.ReplaceAll(pkcs1, "\n", with) }
	der, _ := pem.Decode([]byte(pkcs1))
	for name, text := range map[string]string{
		"PKCS#1":                          pkcs1,
		"PKCS#8":                          pkcs8,
		"no line end":                     strings.TrimSpace(pkcs1),
		"CRLF":                            lineEnds("\r\n"),
		"CR":                              lineEnds("\r"),
		"line ends written out":           lineEnds(`\n`),
		"CRLF written out":                lineEnds(`\r\n`),
		"spaces for line ends":            lineEnds(" "),
		"no line ends at all":             lineEnds(""),
		"indented":                        "  " + lineEnds("\n  "),
		"in quotes":                       `"` + pkcs1 + `"`,
		"in quotes twice":                 `'"` + lineEnds(`\n`) + `"'`,
		"a byte-order mark":               "\ufeff" + pkcs1,
		"text before":                     "Bag Attributes\n  friendlyName: x\n" + pkcs8,
		"text after":                      pkcs1 + "\n# made in November\n",
		"base64":                          inBase64(pkcs1),
		"base64 of PKCS#8":                inBase64(pkcs8),
		"base64 in lines":                 wrapped(pkcs1),
		"base64 for URLs":                 base64.RawURLEncoding.EncodeToString([]byte(pkcs1)),
		"base64 in quotes":                `"` + inBase64(pkcs1) + `"`,
		"base64 of base64":                inBase64(inBase64(pkcs1)),
		"base64 of line ends written out": inBase64(lineEnds(`\n`)),
		"base64 of the key alone":         base64.StdEncoding.EncodeToString(der.Bytes),
	} {
		t.Run(name, func(t *testing.T) {
			in := enough()
			in.env["BACKOUT_PRIVATE_KEY"] = text
			s, problems := in.read()
			if len(problems) > 0 || !testKey.Equal(s.PrivateKey) {
				t.Errorf("%s", lines(problems))
			}
		})
	}
}

func TestWhatIsNoKeyIsNamed(t *testing.T) {
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(&testKey.PublicKey))})
	inBase64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	damaged := strings.Replace(pkcs1, pkcs1[200:300], strings.Repeat("A", 100), 1)
	for _, test := range []struct{ name, text, is string }{
		{"a client secret", "0123456789abcdef0123456789abcdef01234567", "a client secret"},
		{"a client id", "Iv1.0123456789abcdef", "a client id"},
		{"a new client id", "Iv23liAbCdEfGhIjKlMn", "a client id"},
		{"the App's id", "123456", "the App's id"},
		{"a token", "ghp_0123456789abcdefghijklmnopqrstuvwxyz", "a token"},
		{"an installation's token", "ghs_0123456789.abc_def-x", "a token"},
		{"a fingerprint", "SHA256:jVJ0sYhCXbG8b5CQwSYXiBWVVqCnpTj7UZTvDkmkVqE=", "the key's fingerprint"},
		{"a file's name", "/run/secrets/app.pem", "the name of a file; private-key-file takes one"},
		{"a file's name in this folder", "app.private-key.pem", "the name of a file; private-key-file takes one"},
		{"a webhook secret", strings.Repeat("0f", 32), "a webhook secret or another one in hexadecimal digits"},
		{"words", "my key!", "no private key"},
		{"UTF-16", "\xff\xfe-\x00-\x00", "a text in UTF-16, and UTF-8 is wanted"},
		{"parameters before a key", "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n", "an elliptic-curve key, and an App's is RSA"},
		{"a public key", string(public), "a public key"},
		{"a certificate", strings.ReplaceAll(string(public), "PUBLIC KEY", "CERTIFICATE"), "a certificate"},
		{"an SSH key", strings.ReplaceAll(string(public), "PUBLIC KEY", "OPENSSH PRIVATE KEY"), "an SSH key"},
		{"an SSH public key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA hubot", "an SSH public key"},
		{"an elliptic-curve key", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(ec))})), "an elliptic-curve key, and an App's is RSA"},
		{"an elliptic-curve key in PKCS#8", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(ec))})), "a PEM that is damaged: it holds a key that is not RSA"},
		{"a passphrase", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "a private key with a passphrase"},
		{"a passphrase in PKCS#8", strings.ReplaceAll(pkcs8, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "a private key with a passphrase"},
		{"a PEM that is cut short", pkcs1[:800], "a PEM that is cut short"},
		{"its first line", "-----BEGIN RSA PRIVATE KEY-----", "a PEM that is cut short"},
		{"base64 of a PEM that is cut short", inBase64(pkcs1[:800]), "base64 of a PEM that is cut short"},
		{"base64 that is cut short", inBase64(pkcs1)[:1001], "base64 of a PEM that is cut short"},
		{"base64 of a public key", inBase64(string(public)), "base64 of a public key"},
		{"base64 of a client secret", inBase64("0123456789abcdef0123456789abcdef01234567"), "base64 of a client secret"},
		{"base64 of bytes", base64.StdEncoding.EncodeToString([]byte{0, 1, 2, 3, 255, 254, 253, 200, 100, 0, 0, 0}), "base64 of something that is no private key"},
		{"a PEM that is damaged", damaged, "a PEM that is damaged: some of it is missing or changed"},
		{"a PEM with a line missing", strings.Replace(pkcs1, pkcs1[97:162], "", 1), "a PEM that is damaged: some of it is missing or changed"},
		{"a PEM with odd characters", pkcs1[:100] + "*" + pkcs1[101:], "a PEM with characters that do not belong there"},
		{"two ends", strings.Replace(pkcs1, "END RSA", "END", 1), "a PEM whose end does not match its begin"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, quotes := range []string{"", `"`} {
				in := enough()
				in.env["BACKOUT_PRIVATE_KEY"] = quotes + test.text + quotes
				_, problems := in.read()
				want := "BACKOUT_PRIVATE_KEY: this is " + test.is + "; give the private key that GitHub made for the App: a .pem file that begins with -----BEGIN RSA PRIVATE KEY-----"
				if got := lines(problems); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
	in := enough()
	delete(in.env, "BACKOUT_PRIVATE_KEY")
	in.env["BACKOUT_PRIVATE_KEY_FILE"], in.files = "app.pem", map[string]string{"app.pem": " \n"}
	if _, problems := in.read(); !strings.HasPrefix(lines(problems), "BACKOUT_PRIVATE_KEY_FILE: app.pem is empty; ") {
		t.Error(lines(problems))
	}
}

func FuzzPrivateKey(f *testing.F) {
	f.Add(pkcs1)
	f.Add(base64.StdEncoding.EncodeToString([]byte(pkcs8)))
	f.Add(`"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"`)
	f.Fuzz(func(t *testing.T, text string) {
		in := enough()
		in.env["BACKOUT_PRIVATE_KEY"] = text
		s, problems := in.read()
		if (s.PrivateKey == nil) == (len(problems) == 0) {
			t.Errorf("key %v, problems %s", s.PrivateKey != nil, lines(problems))
		}
		if got := lines(problems); len(got) > 400 {
			t.Errorf("%d bytes of problems: %s", len(got), got)
		}
	})
}
