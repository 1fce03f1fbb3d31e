package gh

import (
	"context"
	"errors"
)

// Self is what GitHub knows of the App.
type Self struct {
	Slug string
	// Permissions are those that it is registered with ("checks": "write"); what an
	// installation was granted may be less.
	Permissions map[string]string
	Events      []string
	// Webhook is where GitHub sends its deliveries, empty where that is not known, and
	// Form in which form: json or form.
	Webhook, Form string
}

// Self asks what GitHub knows of the App. It fails with Refused where GitHub does
// not take its id and key for one App's.
// https://docs.github.com/rest/apps/apps#get-the-authenticated-app
func (a *App) Self(ctx context.Context) (Self, error) {
	signed, err := a.signed()
	if err != nil {
		return Self{}, err
	}
	o := a.options
	o.Transport = signed
	c, err := New(o)
	if err != nil {
		return Self{}, err
	}
	read := op{what: "the App", doing: "read the App"}
	var self struct {
		Slug        string
		Permissions map[string]string
		Events      []string
	}
	if _, err := c.get(ctx, read, "app", &self); err != nil {
		return Self{}, err
	}
	if self.Slug == "" {
		return Self{}, read.unavailable(errShape.Error(), 0, nil)
	}
	var hook struct {
		URL  string
		Form string `json:"content_type"`
	}
	_, err = c.get(ctx, read, "app/hook/config", &hook)
	if err != nil && ctx.Err() != nil {
		return Self{}, errors.Join(err, ctx.Err())
	}
	// An App without a webhook has nothing there, and what is not known is not said.
	return Self{Slug: self.Slug, Permissions: self.Permissions, Events: self.Events, Webhook: hook.URL, Form: hook.Form}, nil
}
