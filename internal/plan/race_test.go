//go:build race

package plan_test

const race = true
