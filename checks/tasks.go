package checks

import "cmp"

var tasksCheck = Check{
	ID:      "tasks",
	Summary: "No task in the description is left open.",
	Run:     tasks,
}

func tasks(p Policy, in Input) []Finding {
	severity := cmp.Or(p.Tasks, Off)
	if severity == Off || in.Plan.TasksUnchecked <= 0 {
		return nil
	}
	verb := "are"
	if in.Plan.TasksUnchecked == 1 {
		verb = "is"
	}
	open := quantity(in.Plan.TasksUnchecked, "task", "tasks")
	return []Finding{{
		Code:     "tasks/open",
		Severity: severity,
		Title:    open + " " + verb + " open",
		Message:  upperFirst(open) + " in the description " + verb + " not ticked.",
		Fix:      "Do what is open and tick it, or take out what does not apply.",
		Line:     in.Plan.TaskLine,
	}}
}
