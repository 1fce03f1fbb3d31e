package testgithub

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the server answers is right as far as the tests go; that a mistake would be
// noticed is tested with answers made for it.
func TestAMistakeInOurOwnAnswerIsNoticed(t *testing.T) {
	c, err := published()
	if err != nil {
		t.Fatal(err)
	}
	right := func() object {
		return object{"permission": "read", "role_name": "read", "user": nil}
	}
	for _, tt := range []struct {
		name   string
		change func(o object) answer
		says   string
	}{
		{"nothing wrong", func(o object) answer { return ok(o) }, ""},
		{"a field is missing", func(o object) answer { delete(o, "role_name"); return ok(o) }, "role_name"},
		{"a field that GitHub has not", func(o object) answer { o["roles"] = "x"; return ok(o) }, `"roles" is unsupported`},
		{"a wrong type", func(o object) answer { o["permission"] = 1; return ok(o) }, "/permission"},
		{"a status that is not described", func(o object) answer { return answer{status: http.StatusAccepted, body: o} }, "status is not supported"},
		{"an error that is not described", func(object) answer { return fail(http.StatusTeapot, "x") }, ""},
	} {
		for _, enterprise := range []bool{false, true} {
			r := httptest.NewRequest(http.MethodGet, "/repos/acme/shop/collaborators/hubot/permission", nil)
			for k, v := range map[string]string{"owner": "acme", "repo": "shop", "username": "hubot"} {
				r.SetPathValue(k, v)
			}
			got := c.answer(&request{Request: r, route: &route{name: "GET permission"}, enterprise: enterprise}, tt.change(right()))
			if (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) {
				t.Errorf("%s, enterprise %t: %q, want %q", tt.name, enterprise, got, tt.says)
			}
		}
	}
}
