package gate

import (
	"context"
	"errors"

	"github.com/backout-dev/backout/checks"
)

// NoVerdict is the check run that says that there is no verdict, and why.
func (g Gate) NoVerdict(ref Ref, sha string, cause error, reports bool) Run {
	e := &enforcement{Gate: g, Subject: Subject{Ref: ref}}
	return e.run(Shared{Missing: []Missing{{Ref: ref, Err: cause}}, Reports: reports}, sha)
}

// withoutVerdict says on the check run that there is no verdict, where it shows
// a pass or nothing. It leaves a run alone that stands for a state at least as
// new as anything known here.
func (e *enforcement) withoutVerdict(ctx context.Context, cause error) {
	var taken *NameTaken
	var gone *Gone
	sha := e.sha()
	if sha == "" || errors.As(cause, &taken) || errors.As(cause, &gone) || ctx.Err() != nil {
		return
	}
	runs, err := e.Writer.Runs(ctx, e.Repo, sha, CheckName)
	if err != nil {
		return // the cause says enough
	}
	s := Shared{Missing: []Missing{{Ref: e.Ref, Err: cause}}, Reports: e.out.Shared.Reports}
	e.out.Shared = s
	run := e.run(s, sha)
	wanted := true
	for _, r := range mine(runs) {
		wanted = false
		at, known := seen(r.ExternalID)[e.Number]
		upToDate := known && !e.ahead(at) && !at.Before(e.fresh[e.Number].UpdatedAt)
		if upToDate || r.Conclusion == checks.Failure || r.Conclusion == run.Conclusion {
			continue
		}
		run.ID = r.ID
		if err := e.Writer.UpdateRun(ctx, e.Repo, run); err != nil {
			return // the cause says enough
		}
	}
	if wanted {
		_, _ = e.Writer.CreateRun(ctx, e.Repo, run) // the cause says enough
	}
}
