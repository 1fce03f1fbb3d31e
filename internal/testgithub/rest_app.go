package testgithub

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func getRateLimit(rq *request) answer {
	left := object{"limit": 5000, "used": 0, "remaining": 5000, "reset": rq.s.now().Add(time.Hour).Unix()}
	return ok(object{"rate": left, "resources": object{"core": left, "search": left, "graphql": left}})
}

func getMeta(rq *request) answer {
	o := object{"verifiable_password_authentication": true}
	if rq.enterprise {
		o["installed_version"] = enterpriseVersion
	}
	return ok(o)
}

// asApp finds the App that signed the call's token, a JWT.
func (rq *request) asApp() (*App, error) {
	_, value, _ := strings.Cut(rq.Header.Get("Authorization"), " ")
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return nil, errors.New("A JSON web token could not be decoded") //nolint:staticcheck // GitHub's words
	}
	var claims struct {
		Issuer  any   `json:"iss"`
		Issued  int64 `json:"iat"`
		Expires int64 `json:"exp"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return nil, errors.New("A JSON web token could not be decoded") //nolint:staticcheck // GitHub's words
	}
	id, _ := strconv.ParseInt(strings.Trim(fmt.Sprint(claims.Issuer), `"`), 10, 64)
	if f, isNumber := claims.Issuer.(float64); isNumber {
		id = int64(f)
	}
	app := rq.s.world.apps[id]
	if app == nil {
		return nil, errors.New("Integration not found") //nolint:staticcheck // GitHub's words
	}
	now := rq.s.exact().Unix()
	if claims.Expires <= now || claims.Issued > now+60 || claims.Expires-now > 600 {
		return nil, errors.New("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	}
	return app, app.signed(parts)
}

func (a *App) signed(parts []string) error {
	if a.PublicKey == "" {
		return nil
	}
	block, _ := pem.Decode([]byte(a.PublicKey))
	if block == nil {
		return errors.New("the App's public key is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return err
	}
	public, isRSA := key.(*rsa.PublicKey)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !isRSA {
		return errors.New("A JSON web token could not be decoded") //nolint:staticcheck // GitHub's words
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature)
}

func getApp(rq *request) answer {
	app, err := rq.asApp()
	if err != nil {
		return fail(http.StatusUnauthorized, err.Error())
	}
	self := rq.appObject(app)
	permissions, events := needed()
	if app.Permissions != nil {
		permissions = app.Permissions
	}
	if app.Events != nil {
		events = app.Events
	}
	self["permissions"], self["events"] = permissions, events
	return ok(self)
}

func getHookConfig(rq *request) answer {
	app, err := rq.asApp()
	if err != nil {
		return fail(http.StatusUnauthorized, err.Error())
	}
	return ok(object{"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": app.Webhook})
}

// createToken makes a token for the installation's account, narrowed as asked.
func createToken(rq *request) answer {
	app, err := rq.asApp()
	if err != nil {
		return fail(http.StatusUnauthorized, err.Error())
	}
	i := rq.s.world.install[int64(rq.number("installation_id"))]
	if i == nil || i.app != app {
		return notFound()
	}
	var ask struct {
		Repositories []string          `json:"repositories"`
		IDs          []int64           `json:"repository_ids"`
		Permissions  map[string]string `json:"permissions"`
	}
	if len(rq.payload) > 0 && json.Unmarshal(rq.payload, &ask) != nil {
		return fail(http.StatusBadRequest, "Problems parsing JSON")
	}
	permissions := ask.Permissions
	if permissions == nil {
		permissions, _ = needed()
	}
	t := Token{
		Value: fmt.Sprintf("tok-installation-%d-%d", i.id, rq.s.world.id()), App: *app, Permissions: permissions,
		Repos: []string{}, Expires: rq.s.now().Add(time.Hour),
	}
	for _, r := range rq.s.world.repos {
		if strings.EqualFold(r.owner.login, i.account) && asked(ask.Repositories, ask.IDs, r) {
			t.Repos = append(t.Repos, r.FullName())
		}
	}
	rq.s.world.addToken(t)
	return answer{status: http.StatusCreated, body: object{
		"token": t.Value, "expires_at": stamp(t.Expires), "permissions": permissions, "repository_selection": "selected",
	}}
}

// listInstalled lists what an installation's token was made for.
func listInstalled(rq *request) answer {
	if rq.token == nil || rq.token.Repos == nil {
		return fail(http.StatusForbidden, "This endpoint requires an installation access token")
	}
	var all []*Repo
	for _, r := range rq.s.world.repos {
		if rq.token.covers(r) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Repo) int { return cmp.Compare(a.id, b.id) })
	list, header := page(rq, all, func(r *Repo) any { return rq.repository(r) })
	return answer{status: http.StatusOK, body: object{"total_count": len(all), "repositories": list}, header: header}
}

func asked(names []string, ids []int64, r *Repo) bool {
	if names == nil && ids == nil {
		return true
	}
	for _, name := range names {
		if strings.EqualFold(name, r.name) {
			return true
		}
	}
	for _, id := range ids {
		if id == r.id {
			return true
		}
	}
	return false
}
