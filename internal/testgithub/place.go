package testgithub

import "errors"

// place is where an answer's value stands, nil for all of it. It is written out
// only where something failed.
type place struct {
	above *place
	key   string // empty: it is one of a list
	index int
}

func (p *place) path() []any {
	if p == nil {
		return nil
	}
	if p.key == "" {
		return append(p.above.path(), p.index)
	}
	return append(p.above.path(), p.key)
}

func (e *exec) fail(err error, at *place) {
	o := object{"message": err.Error(), "path": at.path()}
	var g *graphError
	if errors.As(err, &g) && g.kind != "" {
		o["type"] = g.kind
	}
	e.errors = append(e.errors, o)
}
