package store

import (
	"context"
	"errors"
)

func openPostgres(context.Context, Options) (backend, error) { return nil, errors.New("later") }
